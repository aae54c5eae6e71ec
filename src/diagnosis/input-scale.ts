import * as tf from '@tensorflow/tfjs'
import { tensorsOf } from '../training/examples.js'
import type { TensorGroup } from '../training/trainable.js'

export interface InputScale {
  mean: number
  deviation: number
  largest: number
  /** Root mean square of the values: what the first layer's outputs are proportional to. */
  size: number
}

/** Mean, standard deviation and size of the input values; of several inputs, the largest. Integers are ids: skipped. */
export function inputScale(inputs: TensorGroup): InputScale {
  const scales = tensorsOf(inputs)
    .filter((tensor) => tensor.dtype === 'float32')
    .map((tensor) =>
      tf.tidy(() => {
        const { mean, variance } = tf.moments(tensor)
        const [center, spread] = [mean.dataSync()[0]!, variance.dataSync()[0]!]
        return {
          mean: center,
          deviation: Math.sqrt(spread),
          largest: tf.max(tf.abs(tensor)).dataSync()[0]!,
          size: Math.sqrt(center ** 2 + spread),
        }
      }),
    )
  return scales.reduce((a, b) => (b.size > a.size ? b : a), { mean: 0, deviation: 0, largest: 0, size: 0 })
}

/** Ten times the scale initialisers are made for: standardised data stay below 2, pixels from 0 to 1 below 1. */
export function isOffScale({ size }: InputScale): boolean {
  return size > 10
}
