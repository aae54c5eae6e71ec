import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { type CompiledModel, coreOf, isLayersModel } from '../training/internals.js'
import { newestTensorId } from '../training/open.js'
import { disposeOptimizer } from '../training/optimizer-copy.js'
import { carryWeights } from './carry-weights.js'
import type { ModelConfig, Settings } from './model-config.js'
import type { Create } from './variation.js'
import { disposeModel, disposeProgram } from './vary-program.js'

/** What is done to a model once it is built: its configuration has no place for it. */
export type Finish = (model: tf.LayersModel) => void

/** Changes the configuration in place; `model` is the model it was taken from. */
export type ModelChange = (config: ModelConfig, model: tf.LayersModel) => Finish | undefined

/** Kept with the model, so that another change of it does them again. */
const finishes = new WeakMap<tf.LayersModel, Finish[]>()
/** Optimizers that models came with: one that comes again is handed on for `openProgram` to refuse. */
const seenOptimizers = new WeakSet<tf.Optimizer>()

/**
 * The factory with the layers of each fresh model changed. Weights whose layer and shape stay are those of the model
 * the factory made; loss, metrics and the optimizer go over to the changed model, and the first one is freed. What
 * cannot be opened (no model, not compiled, not fresh) is handed on, for `openProgram` to say so.
 */
export function rewriteModel(variation: string, create: Create, change: ModelChange): Create {
  return async () => {
    const newest = newestTensorId()
    const model = await create()
    if (!isLayersModel(model)) {
      if (typeof model?.step !== 'function') return model
      disposeProgram(model)
      throw new InvalidArgumentError(
        variation,
        'a program that is no LayersModel (a custom loop, or an ensemble)',
        'a variant written by hand: { ...recipe, create: … }; for an ensemble, the variation before withEnsemble',
      )
    }
    const core = coreOf(model)
    const fresh = model.weights.every((weight) => weight.read().id > newest)
    if (core.optimizer_ == null || model.weights.length === 0 || !fresh) return model
    let changed: tf.LayersModel | undefined
    try {
      const config = configOf(model)
      const finish = change(config, model)
      changed = await build(variation, config)
      assertRoom(variation, changed)
      assertSameOutputs(variation, model, changed)
      carryWeights(model, changed)
      const all = [...(finishes.get(model) ?? []), ...(finish ? [finish] : [])]
      for (const one of all) one(changed)
      finishes.set(changed, all)
      moveCompilation(model, changed)
    } catch (error) {
      if (changed) disposeModel(changed)
      throw error
    } finally {
      disposeModel(model)
    }
    return changed
  }
}

function configOf(model: tf.LayersModel): ModelConfig {
  const config = model.toJSON(null, false) as unknown as ModelConfig
  dropUnset(config.config, model.getConfig() as Settings)
  return config
}

/** TensorFlow.js writes null for what was not set; built again it would be set to null, which differs from the model. */
function dropUnset(written: unknown, own: unknown): void {
  if (typeof written !== 'object' || written === null || typeof own !== 'object' || own === null) return
  // The same keys in the same order, in another spelling.
  const values = Object.values(own)
  for (const [i, [key, value]] of Object.entries(written).entries()) {
    if (value === null && values[i] === undefined) delete (written as Settings)[key]
    else dropUnset(value, values[i])
  }
}

async function build(variation: string, config: ModelConfig): Promise<tf.LayersModel> {
  const variables = () => Object.values(tf.engine().registeredVariables)
  const known = new Set(variables())
  const building = tf.models.modelFromJSON(config as unknown as tf.io.ModelJSON)
  // Layers are built before the first await: these are all of the model, and of one that fails half-way.
  const made = variables().filter((variable) => !known.has(variable))
  try {
    return await building
  } catch (error) {
    tf.dispose(made)
    throw buildError(variation, error as Error)
  }
}

/** TensorFlow.js builds convolutions and pooling for which the picture is too small, and fails when they are called. */
function assertRoom(variation: string, model: tf.LayersModel): void {
  const layers = coreOf(model).layers as unknown as Array<{ name: string; inboundNodes: GraphNode[] }>
  for (const { name, inboundNodes } of layers) {
    for (const shape of inboundNodes.flatMap(({ outputTensors }) => outputTensors.map((one) => one.shape))) {
      if (shape.every((size) => size === null || size > 0)) continue
      throw new InvalidArgumentError(
        variation,
        `a model whose layer "${name}" would have nothing left to give: [${shape.map((size) => size ?? 'n').join(', ')}]`,
        'a smaller change',
      )
    }
  }
}

interface GraphNode {
  outputTensors: tf.SymbolicTensor[]
}

/** The labels stay what they are, so must the predictions. */
function assertSameOutputs(variation: string, before: tf.LayersModel, after: tf.LayersModel): void {
  const shapes = ({ outputs }: tf.LayersModel) =>
    outputs.map(({ shape }) => `[${shape.map((size) => size ?? 'n').join(', ')}]`).join(' and ')
  if (shapes(before) === shapes(after)) return
  throw new InvalidArgumentError(
    variation,
    `a model whose outputs ${shapes(before)} would become ${shapes(after)}`,
    'a model whose outputs stay as the labels are, or a variant written by hand: { ...recipe, create: … }',
  )
}

function buildError(variation: string, { message }: Error): Error {
  const unknown = message.match(/^Unknown (\w+): (\S+?)\.? /)
  return unknown
    ? new InvalidArgumentError(
        variation,
        `a model with a ${unknown[1]} of a class that is not registered: ${unknown[2]}`,
        `a class that can be made again: register it with tf.serialization.registerClass(${unknown[2]}), with a getConfig() that holds its settings`,
      )
    : new InvalidArgumentError(
        variation,
        `a model that cannot be built with the change (TensorFlow.js says: ${message})`,
        'a change that its other layers can take, or a variant written by hand: { ...recipe, create: … }',
      )
}

/** Compiles `to` like `from`. The optimizer object itself moves, unless it has state that belongs to other weights. */
function moveCompilation(from: tf.LayersModel, to: tf.LayersModel): void {
  const source = coreOf(from)
  const { optimizer_, isOptimizerOwned } = source
  const moves = seenOptimizers.has(optimizer_) || optimizer_.iterations === 0
  const optimizer = moves ? optimizer_ : freshCopy(optimizer_)
  to.compile({
    optimizer,
    loss: source.loss as tf.ModelCompileArgs['loss'],
    metrics: source.metrics as tf.ModelCompileArgs['metrics'],
  })
  seenOptimizers.add(optimizer)
  setOwned(to, isOptimizerOwned)
  if (!moves && !isOptimizerOwned) disposeOptimizer(optimizer_)
  if (moves) {
    // Freed with the model it now belongs to.
    for (const part of partsOf(from)) {
      part.isOptimizerOwned = false
      ;(part as { optimizer_: tf.Optimizer | undefined }).optimizer_ = undefined
    }
  }
}

function freshCopy(optimizer: tf.Optimizer): tf.Optimizer {
  const optimizerClass = optimizer.constructor as unknown as {
    fromConfig(cls: unknown, config: unknown): tf.Optimizer
  }
  return optimizerClass.fromConfig(optimizerClass, optimizer.getConfig())
}

function setOwned(model: tf.LayersModel, owned: boolean): void {
  for (const part of partsOf(model)) part.isOptimizerOwned = owned
}

/** A Sequential keeps what it was compiled with twice. */
function partsOf(model: tf.LayersModel): CompiledModel[] {
  return [coreOf(model), model as unknown as CompiledModel]
}
