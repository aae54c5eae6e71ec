import * as tf from '@tensorflow/tfjs'
import { isTensor } from '../training/examples.js'
import { type CompiledModel, coreOf, isLayersModel } from '../training/internals.js'
import { allLayers } from '../training/layers.js'
import type { Trainable } from '../training/trainable.js'
import { digestOf, OpaqueError } from './content.js'
import { cacheKeyOf } from './function-keys.js'
import { isOfLibrary } from './library.js'

/**
 * A digest of all that the training of a fresh, compiled model depends on: layers, first weights, loss, metrics and
 * optimizer. Names of layers do not count, since TensorFlow.js numbers them as they are made. Undefined where code
 * decides: a training loop, a layer, loss, metric, constraint or optimizer of the user's own.
 */
export function contentOfProgram(program: unknown): string | undefined {
  if (!isLayersModel(program)) return undefined
  try {
    return digestOf(partsOf(program))
  } catch {
    // Opaque, or made in a way that is not foreseen here: it is trained every time.
    return undefined
  }
}

/**
 * A digest of a fresh program whose code is told by the cache key of its factory: of the key, and of what the factory
 * may have made differently all the same: first weights, the program's own numbers and those of its optimizer.
 */
export function contentByKey(program: tf.LayersModel | Trainable, key: string): string | undefined {
  try {
    return tf.tidy(() => digestOf(['by key', key, factsOf(program)]))
  } catch {
    return undefined
  }
}

function factsOf(program: tf.LayersModel | Trainable): unknown {
  if (!isLayersModel(program))
    return [Object.values(program.weights()), settingsOf(program), settingsOf(program.optimizer)]
  const core = coreOf(program)
  return [core.getWeights(), trainedOf(core), settingsOf(core.optimizer_)]
}

/** Numbers, strings and flags of an object. */
function settingsOf(value: object | undefined | null): unknown {
  return Object.fromEntries(
    Object.entries(value ?? {}).filter(([, field]) => ['number', 'string', 'boolean'].includes(typeof field)),
  )
}

function partsOf(model: tf.LayersModel): unknown {
  const core = coreOf(model)
  for (const one of [model, core]) assertModel(one)
  const layers = allLayers(core.layers as tf.layers.Layer[])
  const nameless = withoutNames([model.name, ...layers.map(({ name }) => name)])
  return [
    nameless(model.toJSON(null, false)),
    layers.map((layer) => fieldsOf(layer, { weights: core.weights, within: [] })),
    core.getWeights(),
    trainedOf(core),
    // What they name are functions: a layer may be called 'relu', or 'meanSquaredError'.
    keysOf(functionsByName(core.loss), nameless),
    keysOf(functionsByName((core as unknown as { metrics: unknown }).metrics), nameless),
    // Data and metrics go by these names where there are several.
    core.inputNames.length > 1 ? core.inputNames : undefined,
    core.outputNames.length > 1 ? core.outputNames : undefined,
    optimizerOf(core),
  ]
}

/** For each weight: whether the train function gets it, and whether an optimizer may change it. */
function trainedOf(core: CompiledModel): unknown {
  const { collectedTrainableWeights: collected, weights } = core as unknown as {
    collectedTrainableWeights: unknown[]
    weights: tf.LayerVariable[]
  }
  return weights.map((weight) => [collected.includes(weight), (weight.read() as tf.Variable).trainable])
}

/** Names of layers in keys replaced; not in values. */
function keysOf(value: unknown, nameless: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.entries(value).map(([name, one]) => [nameless(name), one])
}

function assertModel(model: object): void {
  if (!isOfLibrary(model)) throw new OpaqueError('a class of models')
  // A loss may be a function; it is looked at for itself.
  assertNoCode(model, ['loss'])
}

/** Methods put on an object itself replace those of its class. */
function assertNoCode(value: object, except: readonly string[] = []): void {
  for (const [name, { value: field, get }] of Object.entries(Object.getOwnPropertyDescriptors(value)))
    if ((typeof field === 'function' || get) && !except.includes(name))
      throw new OpaqueError(`an object with code of its own: ${name}`)
}

/** Every string that is the name of a layer replaced by its place; keys, too. */
function withoutNames(names: readonly string[]): (value: unknown) => unknown {
  // A recurrent cell may have the name of its layer: the first counts.
  const places = new Map(names.map((name, i) => [name, `#${i}`] as const).reverse())
  const replace = (value: unknown): unknown => {
    if (typeof value === 'string') return places.get(value) ?? value
    if (Array.isArray(value)) return value.map(replace)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [places.get(key) ?? key, replace(field)]),
    )
  }
  return replace
}

/** Fields of layers that are names, counters, or their connections, which the configuration tells. */
const structural = new Set([
  'id',
  'name',
  'inboundNodes',
  'outboundNodes',
  'containerNodes',
  '_trainableWeights',
  '_nonTrainableWeights',
  '_addedWeightNames',
  '_refCount',
  'layers',
  'inputLayers',
  'outputLayers',
  'layersByDepth',
  'nodesByDepth',
  'internalContainerRefs',
  'inputNames',
  'outputNames',
  'feedInputNames',
  'feedOutputNames',
  'model',
  '_losses',
])

interface Place {
  weights: readonly unknown[]
  within: readonly object[]
}

/** The settings of a layer, initializer, constraint, regularizer or activation: what its own code may read. */
function fieldsOf(value: object, { weights, within }: Place): unknown {
  if (within.includes(value)) return 'itself'
  const inside = { weights, within: [...within, value] }
  if (Array.isArray(value)) return value.map((element) => fieldOf(element, inside))
  // Layers may share a weight.
  if (value instanceof tf.LayerVariable) {
    const place = weights.indexOf(value)
    if (place < 0) throw new OpaqueError('a weight of another model')
    return `weight ${place}`
  }
  if (isTensor(value)) return 'weight'
  if (value instanceof tf.SymbolicTensor) return 'tensor'
  const isPlain = Object.getPrototypeOf(value) === Object.prototype
  if (!isPlain && !isOfLibrary(value)) throw new OpaqueError(`a class ${value.constructor?.name}`)
  assertNoCode(value)
  assertOwnPenalties(value)
  const { stateful, getClassName } = value as { stateful?: boolean; getClassName?(): string }
  if (stateful) throw new OpaqueError('a layer that keeps states')
  return (
    Object.entries(value)
      .concat([['class', getClassName?.call(value)]])
      // TensorFlow.js takes null for not given.
      .filter(([key, field]) => !structural.has(key) && field !== null && field !== undefined)
      .map(([key, field]) => [key, fieldOf(field, inside)])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  )
}

/** Penalties of a layer are functions: those of its regularizers, or some that the user added. */
function assertOwnPenalties(value: { _losses?: unknown[] }): void {
  if (!value._losses?.length) return
  const own = Object.entries(value).filter(([name, one]) => name.endsWith('Regularizer') && one != null)
  if (value._losses.length > own.length) throw new OpaqueError('a penalty that was added')
  penaltyCode ??= codeOfPenalty()
  if (value._losses.some((penalty) => String(penalty) !== penaltyCode))
    throw new OpaqueError('a penalty of the user')
}

let penaltyCode: string | undefined

function codeOfPenalty(): string {
  return tf.tidy(() => {
    const layer = tf.layers.dense({ units: 1, useBias: false, kernelRegularizer: 'l1l2' })
    layer.build([null, 1])
    tf.dispose(layer.weights.map((weight) => weight.read()))
    return String((layer as unknown as { _losses: unknown[] })._losses[0])
  })
}

function fieldOf(field: unknown, within: Place): unknown {
  return typeof field === 'object' && field !== null ? fieldsOf(field, within) : field
}

/** Losses and metrics of TensorFlow.js by their names; those of the user's own are code. */
function functionsByName(given: unknown): unknown {
  if (typeof given === 'function') {
    for (const [group, functions] of Object.entries({ losses: tf.losses, metrics: tf.metrics }))
      for (const [name, known] of Object.entries(functions)) if (known === given) return `${group}.${name}`
    const key = cacheKeyOf(given)
    if (key === undefined) throw new OpaqueError('a function')
    return `keyed ${key}`
  }
  if (Array.isArray(given)) return given.map(functionsByName)
  if (typeof given !== 'object' || given === null) return given
  return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, functionsByName(one)]))
}

const optimizers = [
  tf.SGDOptimizer,
  tf.MomentumOptimizer,
  tf.AdagradOptimizer,
  tf.AdadeltaOptimizer,
  tf.AdamOptimizer,
  tf.AdamaxOptimizer,
  tf.RMSPropOptimizer,
]

/** A fresh optimizer; one that has made updates has a history that is not looked into. */
function optimizerOf({ optimizer_: optimizer }: CompiledModel): unknown {
  const kind = optimizers.findIndex(({ prototype }) => Object.getPrototypeOf(optimizer) === prototype)
  if (kind < 0) throw new OpaqueError('an optimizer')
  assertNoCode(optimizer)
  const fields = Object.entries(optimizer).map(([name, value]) => {
    if (Array.isArray(value) && value.length > 0) throw new OpaqueError('an optimizer that was used')
    return [name, value] as const
  })
  return [kind, Object.fromEntries(fields)]
}
