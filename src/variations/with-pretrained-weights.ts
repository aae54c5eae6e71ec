import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import { isLayersModel } from '../training/internals.js'
import type { Trainable } from '../training/trainable.js'
import { sameShape } from './carry-weights.js'
import { isNamedTensors, keyedWeights, type StoredWeight, storeModel, storeNamed } from './stored-weights.js'
import type { Variation } from './variation.js'
import { disposeModel, varyProgram } from './vary-program.js'

type Weights = tf.LayersModel | tf.NamedTensorMap
type Stored = Map<string, StoredWeight>

/**
 * Starts from trained weights: of a model, by name, from where `tf.loadLayersModel` finds a model, or from a function.
 * They are copied by the names of layers (automatic names by the place among the layers of their class) where the shape
 * is the same; `report` (default: a warning, once) hears of those that stay as they were initialised. A model or tensors
 * are read at once, the others at the first program; nothing given is freed.
 */
export function withPretrainedWeights(
  source: Weights | string | tf.io.IOHandler | (() => Weights | Promise<Weights>),
  { report = (message: string) => console.warn(message) }: { report?: (message: string) => void } = {},
): Variation {
  const load = once(readSource(source))
  return (recipe) => {
    let reported = false
    return {
      ...recipe,
      create: varyProgram(recipe.create, async (program) => {
        const stored = await load()
        const left = isLayersModel(program) ? fillModel(program, stored) : fillLoop(program, stored)
        if (left.length > 0 && !reported)
          report(`withPretrainedWeights: as initialised stay ${left.join(', ')}`)
        reported = true
      }),
    }
  }
}

function readSource(source: unknown): () => Promise<Stored> {
  if (isLayersModel(source) || isNamedTensors(source)) {
    const stored = storeWeights(source)
    return async () => stored
  }
  if (typeof source === 'function') {
    return async () => storeWeights((await source()) as Weights)
  }
  if (typeof source === 'string' || (typeof source === 'object' && source !== null && 'load' in source)) {
    return async () => {
      const model = await tf.loadLayersModel(source as string)
      try {
        return storeModel(model)
      } finally {
        disposeModel(model)
      }
    }
  }
  throw notWeights(source)
}

function storeWeights(weights: Weights): Stored {
  if (isLayersModel(weights)) return storeModel(weights)
  if (isNamedTensors(weights)) return storeNamed(weights)
  throw notWeights(weights)
}

function notWeights(value: unknown): Error {
  return new InvalidArgumentError(
    'withPretrainedWeights',
    describe(value),
    'a tf.LayersModel, tensors by name, a path for tf.loadLayersModel, or a function that returns the first or second',
  )
}

/** Names of the weights that stay as they were. */
function fillModel(model: tf.LayersModel, stored: Stored): string[] {
  return fill(
    stored,
    keyedWeights(model).map(({ key, name, weight }) => ({
      key,
      name,
      shape: weight.shape as number[],
      write: (value: tf.Tensor) => weight.write(value),
    })),
  )
}

function fillLoop(program: Trainable, stored: Stored): string[] {
  const weights = Object.entries(program.weights()) as Array<[string, tf.Variable]>
  return fill(
    stored,
    weights
      .filter(([, variable]) => typeof variable.assign === 'function')
      .map(([name, variable]) => ({
        key: name,
        name,
        shape: variable.shape,
        write: (value: tf.Tensor) => variable.assign(value),
      })),
  )
}

interface Target {
  key: string
  name: string
  shape: number[]
  write(value: tf.Tensor): unknown
}

function fill(stored: Stored, targets: Target[]): string[] {
  const left: string[] = []
  for (const { key, name, shape, write } of targets) {
    const given = stored.get(key)
    if (given && sameShape(given.shape, shape)) tf.tidy(() => void write(tf.tensor(given.values, shape)))
    else left.push(given ? `${name} [${shape}] (given [${given.shape}])` : `${name} (none given)`)
  }
  if (left.length < targets.length) return left
  throw new InvalidArgumentError(
    'withPretrainedWeights',
    `weights of which none fits: ${left.join(', ')}; given are ${[...stored.keys()].join(', ')}`,
    'at least one of the same layer and shape',
  )
}

function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loaded: Promise<Value> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}
