import * as tf from '@tensorflow/tfjs'
import { mapGroup, tensorsOf } from '../training/examples.js'
import type { Examples, TensorGroup } from '../training/trainable.js'

/** The same examples with every float input standardised to mean 0 and standard deviation 1. */
export function inputsOnScale(examples: Examples): { batch: Examples; dispose(): void } {
  const xs = standardized(examples.xs)
  return { batch: { ...examples, xs }, dispose: () => tf.dispose(tensorsOf(xs)) }
}

/** The same examples with every target standardised to mean 0 and standard deviation 1. */
export function targetsOnScale(examples: Examples): { batch: Examples; dispose(): void } {
  const ys = standardized(examples.ys)
  return { batch: { ...examples, ys }, dispose: () => tf.dispose(tensorsOf(ys)) }
}

function standardized(group: TensorGroup): TensorGroup {
  return mapGroup(group, (tensor) =>
    tf.tidy(() => {
      if (tensor.dtype !== 'float32') return tensor.clone()
      const { mean, variance } = tf.moments(tensor)
      return tf.div(tf.sub(tensor, mean), tf.sqrt(tf.add(variance, 1e-12)))
    }),
  )
}
