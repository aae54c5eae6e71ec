import * as tf from '@tensorflow/tfjs'
import { learningRateOf, setLearningRate } from './learning-rate.js'
import type { Trainable } from './trainable.js'
import { copyWeights } from './weight-copies.js'

/** A program as it is now, to be put back later. */
export interface Moment {
  /** The program as it was then, as far as its weights and learning rate tell. */
  putBack(): Trainable
  dispose(): void
}

export function momentOf(program: Trainable): Moment {
  const weights = program.weights()
  const copies = areVariables(weights) ? copyWeights(program) : undefined
  const fixed = copies ? undefined : clonesOf(weights)
  const rate = learningRateOf(program.optimizer)
  return {
    putBack() {
      copies?.putBack()
      // A schedule may have gone on.
      if (rate !== undefined && rate !== learningRateOf(program.optimizer))
        setLearningRate(program.optimizer, rate)
      return fixed ? withWeights(program, fixed) : program
    },
    dispose() {
      copies?.dispose()
      tf.dispose(fixed ?? {})
    },
  }
}

export const areVariables = (weights: tf.NamedTensorMap): boolean =>
  Object.values(weights).every((weight) => 'assign' in weight)

const clonesOf = (tensors: tf.NamedTensorMap): tf.NamedTensorMap =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.clone()]))

/** The same program, but for what it says of its weights. */
function withWeights(program: Trainable, weights: tf.NamedTensorMap): Trainable {
  return new Proxy({} as Trainable, {
    get(_, key) {
      if (key === 'weights') return () => weights
      const value = Reflect.get(program, key)
      return typeof value === 'function' ? value.bind(program) : value
    },
  })
}
