import * as tf from '@tensorflow/tfjs'

export type Forward = (...inputs: tf.Tensor[]) => tf.Tensor

/** Deterministic numbers in [0, 1): tests must not depend on Math.random. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * Values at least `gap` apart in random order, centred on `center`: a maximum over them keeps its place when one
 * of them moves by less than half the gap, so that finite differences are fair to pooling.
 */
export function spacedValues(size: number, { seed = 1, gap = 0.01, center = 0 } = {}): Float32Array {
  const random = randomNumbers(seed)
  const values = Float32Array.from({ length: size }, (_, i) => center + (i - size / 2) * gap)
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const swapped = values[i]!
    values[i] = values[j]!
    values[j] = swapped
  }
  return values
}

/** The gradients that TensorFlow.js computes of a random linear functional of `forward`, one array per input. */
export function analyticGradients(forward: Forward, inputs: tf.Tensor[]): Float32Array[] {
  const gradients = tf.tidy(() => {
    const functional = (...args: tf.Tensor[]) => {
      const output = forward(...args)
      return tf.sum(tf.mul(output, tf.tensor(functionalWeights(output.size), output.shape)))
    }
    return tf.grads(functional)(inputs)
  })
  return gradients.map((gradient) => {
    const values = (gradient.dataSync() as Float32Array).slice()
    gradient.dispose()
    return values
  })
}

/**
 * The largest deviation of each input's gradient from central finite differences of the same backend's forward
 * pass, relative to the largest difference. Right gradients stay below 1e-3 or so in float32.
 */
export function gradientErrors(forward: Forward, inputs: tf.Tensor[], step = 2e-3): number[] {
  const analytic = analyticGradients(forward, inputs)
  return inputs.map((input, which) => {
    const values = (input.dataSync() as Float32Array).slice()
    const functionalAt = (index: number, shift: number) =>
      tf.tidy(() => {
        const moved = values.slice()
        moved[index]! += shift
        const args = inputs.map((other, i) => (i === which ? tf.tensor(moved, input.shape) : other))
        const output = forward(...args).dataSync()
        const weights = functionalWeights(output.length)
        return weights.reduce((sum, weight, i) => sum + weight * output[i]!, 0)
      })
    let largestDifference = 0
    let largestDeviation = 0
    for (let i = 0; i < values.length; i++) {
      const difference = (functionalAt(i, step) - functionalAt(i, -step)) / (2 * step)
      largestDifference = Math.max(largestDifference, Math.abs(difference))
      largestDeviation = Math.max(largestDeviation, Math.abs(difference - analytic[which]![i]!))
    }
    return largestDeviation / largestDifference
  })
}

/** The largest difference between two arrays, relative to the largest value of the second. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let largest = 0
  let deviation = 0
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!))
    deviation = Math.max(deviation, Math.abs(actual[i]! - expected[i]!))
  }
  return largest === 0 ? deviation : deviation / largest
}

function functionalWeights(size: number): Float32Array {
  const random = randomNumbers(7)
  return Float32Array.from({ length: size }, () => random() * 2 - 1)
}
