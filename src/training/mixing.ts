import * as tf from '@tensorflow/tfjs'
import { countExamples, mapGroup, tensorsOf } from './examples.js'
import type { Values } from './probe.js'
import type { Examples, Trainable } from './trainable.js'

/** A prediction that depends on the rest of its batch: by how much, relative to the spread of the predictions. */
export interface Mixing {
  difference: number
}

/**
 * Whether predictions for the first half of the batch change when the second half is left out. In inference mode
 * they must not: a softmax or a normalisation over the batch axis, or a reshape where a transpose was meant, do
 * that. Undefined when they stay the same up to the rounding of another summation order. `predictions`: what `program`
 * gives for the whole batch, where that is known.
 */
export function mixesExamples(
  program: Trainable,
  examples: Examples,
  predictions?: readonly Values[],
): Mixing | undefined {
  const count = countExamples(examples)
  if (count < 2) return undefined
  return tf.tidy(() => {
    const half = count >> 1
    const together =
      predictions?.map(({ values, shape }) => tf.tensor(values, shape)) ??
      asArray(program.predict(examples.xs))
    const alone = asArray(program.predict(mapGroup(examples.xs, (tensor) => tf.slice(tensor, 0, half))))
    let worst = 0
    let difference = 0
    together.forEach((tensor, i) => {
      if (alone[i]!.shape[0] !== half || tensor.shape[0] !== count) return
      const first = tf.slice(tensor, 0, half)
      const sizes = tf.stack([tf.max(tf.abs(tf.sub(first, alone[i]!))), tf.max(tf.abs(tensor))])
      const [largest, scale] = sizes.dataSync() as unknown as [number, number]
      if (largest / Math.max(scale, 1e-12) > worst) {
        worst = largest / Math.max(scale, 1e-12)
        difference = largest
      }
    })
    return worst > roundingShare ? { difference } : undefined
  })
}

/** Another batch size may change the summation order: 1e-6 is seen, 1e-3 is a thousand times that. */
const roundingShare = 1e-3

function asArray(predictions: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
  return Array.isArray(predictions) ? predictions : tensorsOf(predictions)
}
