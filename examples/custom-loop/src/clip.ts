import * as tf from '@tensorflow/tfjs'

/** The gradients, scaled so that all of them together are no longer than `most`. */
export function clipByGlobalNorm(gradients: tf.NamedTensorMap, most: number): tf.NamedTensorMap {
  const squares = Object.values(gradients).map((gradient) => gradient.square().sum())
  const factor = tf.minimum(1, tf.div(most, tf.addN(squares).sqrt()))
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, gradient.mul(factor)]))
}
