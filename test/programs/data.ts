import * as tf from '@tensorflow/tfjs'
import { digits } from '../../fixtures/digits.js'
import { mulberry32 } from '../../src/training/seed.js'
import type { Examples } from '../../src/training/trainable.js'

/** Learnable data, small enough that training takes a fraction of a second. The same seed gives the same data. */

/** Numbers from the standard normal distribution (Box–Muller). */
export function normals(count: number, seed: number): Float32Array {
  const random = mulberry32(seed + 1)
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    return radius * Math.cos(2 * Math.PI * random())
  })
}

export function integers(count: number, below: number, seed: number): Int32Array {
  const random = mulberry32(seed + 2)
  return Int32Array.from({ length: count }, () => Math.floor(random() * below))
}

export const oneHot = (labels: ArrayLike<number>, classes: number): tf.Tensor2D =>
  tf.tidy(() => tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), classes).toFloat() as tf.Tensor2D)

/** Class indices by a fixed random linear rule on standard normal inputs; the noise is in none of them. */
function linearClasses(count: number, features: number, classes: number, seed: number) {
  const inputs = normals(count * features, seed)
  const rule = normals(features * classes, 1234)
  const labels = Int32Array.from({ length: count }, (_, i) => {
    let best = 0
    let bestScore = -Infinity
    for (let k = 0; k < classes; k++) {
      let score = 0
      for (let j = 0; j < features; j++) score += inputs[i * features + j]! * rule[j * classes + k]!
      if (score > bestScore) [best, bestScore] = [k, score]
    }
    return best
  })
  return { inputs, labels }
}

/** Standard normal inputs [count, features], one-hot labels of a linear rule. */
export function classes(count: number, seed: number, { features = 16, kinds = 4 } = {}): Examples {
  const { inputs, labels } = linearClasses(count, features, kinds, seed)
  return { xs: tf.tensor2d(inputs, [count, features]), ys: oneHot(labels, kinds) }
}

/** The same with class indices as int32 [count, 1]. */
export function classIndices(count: number, seed: number, { features = 16, kinds = 4 } = {}): Examples {
  const { inputs, labels } = linearClasses(count, features, kinds, seed)
  return { xs: tf.tensor2d(inputs, [count, features]), ys: tf.tensor2d(labels, [count, 1], 'int32') }
}

/** Labels 0 or 1 as [count, 1]; `rare`: about this share of ones. */
export function yesNo(count: number, seed: number, { features = 16, rare = 0.5 } = {}): Examples {
  const inputs = normals(count * features, seed)
  const rule = normals(features, 1234)
  const scores = Array.from({ length: count }, (_, i) =>
    rule.reduce((sum, weight, j) => sum + weight * inputs[i * features + j]!, 0),
  )
  const cut = [...scores].sort((a, b) => a - b)[Math.floor(count * (1 - rare))]!
  return {
    xs: tf.tensor2d(inputs, [count, features]),
    ys: tf.tensor2d(
      Float32Array.from(scores, (score) => (score >= cut ? 1 : 0)),
      [count, 1],
    ),
  }
}

/** Three independent yes/no labels for each example. */
export function multilabel(count: number, seed: number, { features = 16 } = {}): Examples {
  const inputs = normals(count * features, seed)
  const rule = normals(features * 3, 1234)
  const labels = Float32Array.from({ length: count * 3 }, (_, at) => {
    const [i, k] = [Math.floor(at / 3), at % 3]
    let score = 0
    for (let j = 0; j < features; j++) score += inputs[i * features + j]! * rule[j * 3 + k]!
    return score > 0 ? 1 : 0
  })
  return { xs: tf.tensor2d(inputs, [count, features]), ys: tf.tensor2d(labels, [count, 3]) }
}

/** Targets [count, 1], linear in standard normal inputs, with a little noise. */
export function quantities(
  count: number,
  seed: number,
  { features = 8, offset = 0, scale = 1 } = {},
): Examples {
  const inputs = normals(count * features, seed)
  const noise = normals(count, seed + 77)
  const rule = normals(features, 1234)
  const targets = Float32Array.from({ length: count }, (_, i) => {
    let sum = 0.1 * noise[i]!
    for (let j = 0; j < features; j++) sum += (inputs[i * features + j]! * rule[j]!) / Math.sqrt(features)
    return offset + scale * sum
  })
  return { xs: tf.tensor2d(inputs, [count, features]), ys: tf.tensor2d(targets, [count, 1]) }
}

/** Real digits at half resolution: [count, 14, 14, 1]. */
export function smallDigits(count: number, seed: number): Examples {
  return tf.tidy(() => {
    const { xs, ys } = digits('train', 100 * seed, count)
    return { xs: tf.avgPool(xs as tf.Tensor4D, 2, 2, 'valid'), ys: ys as tf.Tensor }
  })
}

/** Real digits as vectors of 196 pixels. */
export function digitVectors(count: number, seed: number): Examples {
  const { xs, ys } = smallDigits(count, seed)
  const flat = (xs as tf.Tensor).reshape([count, 196])
  tf.dispose(xs as tf.Tensor)
  return { xs: flat, ys }
}

/** Sequences [count, 8, 2] labelled by which of two channels sums to more. */
export function sequences(count: number, seed: number): Examples {
  const inputs = normals(count * 16, seed)
  const labels = Float32Array.from({ length: count }, (_, i) => {
    let difference = 0
    for (let t = 0; t < 8; t++) difference += inputs[i * 16 + 2 * t]! - inputs[i * 16 + 2 * t + 1]!
    return difference > 0 ? 1 : 0
  })
  return { xs: tf.tensor3d(inputs, [count, 8, 2]), ys: tf.tensor2d(labels, [count, 1]) }
}

/** Token ids [count, 6], labelled yes when small ids outnumber large ones. */
export function tokens(count: number, seed: number): Examples {
  const ids = integers(count * 6, 20, seed)
  const labels = Float32Array.from({ length: count }, (_, i) =>
    ids.subarray(6 * i, 6 * i + 6).reduce((sum, id) => sum + (id < 10 ? 1 : -1), 0) > 0 ? 1 : 0,
  )
  return { xs: tf.tensor2d(ids, [count, 6], 'int32'), ys: tf.tensor2d(labels, [count, 1]) }
}

/** Pictures to be reconstructed: targets are the inputs. */
export function reconstructions(count: number, seed: number): Examples {
  const { xs, ys } = digitVectors(count, seed)
  tf.dispose(ys as tf.Tensor)
  return { xs, ys: (xs as tf.Tensor).clone() }
}

/** Labels -1 or 1 as [count, 1]. */
export function signs(count: number, seed: number): Examples {
  const { xs, ys } = yesNo(count, seed)
  const signed = tf.tidy(() => tf.sub(tf.mul(ys as tf.Tensor, 2), 1))
  tf.dispose(ys as tf.Tensor)
  return { xs, ys: signed }
}

/** Whole numbers from 0 [count, 1] that grow with a linear rule of the inputs. */
export function counts(count: number, seed: number): Examples {
  const { xs, ys } = quantities(count, seed)
  const whole = tf.tidy(() => tf.round(tf.exp(tf.mul(ys as tf.Tensor, 0.7))))
  tf.dispose(ys as tf.Tensor)
  return { xs, ys: whole }
}
