import * as tf from '@tensorflow/tfjs'
import { expect } from 'vitest'

/** Fails when `body` leaves more, or fewer, tensors alive than it found, also when it throws: both errors are shown. */
export async function expectNoNewTensors<Result>(body: () => Result | Promise<Result>): Promise<Result> {
  const before = tf.memory().numTensors
  try {
    return await body()
  } finally {
    expect.soft(tf.memory().numTensors, 'tensors alive after, against before').toBe(before)
  }
}
