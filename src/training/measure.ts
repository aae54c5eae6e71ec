import * as tf from '@tensorflow/tfjs'
import { mapGroup } from './examples.js'
import type { Examples, Trainable } from './trainable.js'

/** The loss of a batch as a number, in inference mode. */
export function lossOf(program: Trainable, examples: Examples): number {
  const loss = program.loss(examples)
  const value = loss.dataSync()[0]!
  loss.dispose()
  return value
}

/** The trainable weights as numbers, in the program's order. */
export function weightValues(program: Trainable): Array<{ name: string; values: Float32Array }> {
  return Object.entries(program.weights()).map(([name, weight]) => ({
    name,
    values: weight.dataSync<'float32'>().slice(),
  }))
}

/** The examples twice, one copy after the other. The caller disposes them. */
export function repeatExamples(examples: Examples): Examples {
  const twice = (tensor: tf.Tensor) => tf.concat([tensor, tensor], 0)
  return {
    ...examples,
    xs: mapGroup(examples.xs, twice),
    ys: mapGroup(examples.ys, twice),
    ...(examples.sampleWeight && { sampleWeight: mapGroup(examples.sampleWeight, twice) }),
  }
}
