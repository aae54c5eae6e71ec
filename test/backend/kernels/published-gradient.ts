import * as tf from '@tensorflow/tfjs'

/** What `compute` gives with the gradients that TensorFlow.js composes: it gets them within another gradient. */
export function withPublishedGradients<Result>(compute: () => Result): Result {
  let result: Result | undefined
  const outer = tf.grad((x) => {
    result = compute()
    return tf.sum(x)
  })
  tf.tidy(() => void outer(tf.scalar(0)))
  return result as Result
}

/** The bits of a tensor's numbers; all NaN count as the same. */
export function bitsOf(tensor: tf.Tensor): number[] {
  const values = Float32Array.from(tensor.dataSync())
  return [...new Uint32Array(values.map((value) => (Number.isNaN(value) ? Number.NaN : value)).buffer)]
}

/** Zeros, numbers at the ends of the range, and what is not a number, each paired with each. */
export function specialPairs(): { xs: number[]; dys: number[] } {
  const special = [0, -0, 1, -1, 0.5, 1e-45, -1e-38, 3e38, Number.POSITIVE_INFINITY, -Infinity, Number.NaN]
  return { xs: special.flatMap((x) => special.map(() => x)), dys: special.flatMap(() => special) }
}
