import * as tf from '@tensorflow/tfjs'
import { mulberry32 } from '../../../src/training/seed.js'
import type { Examples } from '../../../src/training/trainable.js'
import { normals, oneHot } from '../../programs/data.js'

/** Rows of numbers and class indices as examples with one-hot labels. */
export function labelled(rows: number[][], labels: ArrayLike<number>, kinds: number): Examples {
  return { xs: tf.tensor2d(rows), ys: oneHot(labels, kinds) }
}

/** Gaussian blobs, their centres `distance` standard deviations from the origin on different axes. */
export function blobs(
  count: number,
  seed: number,
  { kinds = 3, features = 4, distance = 4 } = {},
): { rows: number[][]; labels: number[] } {
  const noise = normals(count * features, seed)
  const random = mulberry32(seed + 5)
  const labels = Array.from({ length: count }, () => Math.floor(random() * kinds))
  const rows = labels.map((label, i) =>
    Array.from(
      { length: features },
      (_, k) =>
        noise[i * features + k]! + (label % features === k ? distance * (label < features ? 1 : -1) : 0),
    ),
  )
  return { rows, labels }
}

/** Two half moons with noise. */
export function moons(count: number, seed: number, noise = 0.1): { rows: number[][]; labels: number[] } {
  const spread = normals(count * 2, seed)
  const random = mulberry32(seed + 5)
  const labels = Array.from({ length: count }, () => (random() < 0.5 ? 0 : 1))
  const rows = labels.map((label, i) => {
    const angle = Math.PI * random()
    const [x, y] = label ? [1 - Math.cos(angle), 0.5 - Math.sin(angle)] : [Math.cos(angle), Math.sin(angle)]
    return [x + noise * spread[2 * i]!, y + noise * spread[2 * i + 1]!]
  })
  return { rows, labels }
}

/** Two spirals of one and a half turns. */
export function spirals(count: number, seed: number): { rows: number[][]; labels: number[] } {
  const spread = normals(count * 2, seed)
  const random = mulberry32(seed + 5)
  const labels = Array.from({ length: count }, () => (random() < 0.5 ? 0 : 1))
  const rows = labels.map((label, i) => {
    const t = Math.sqrt(random()) * 3 * Math.PI
    const sign = label ? 1 : -1
    return [
      (sign * t * Math.cos(t)) / 9 + 0.02 * spread[2 * i]!,
      (sign * t * Math.sin(t)) / 9 + 0.02 * spread[2 * i + 1]!,
    ]
  })
  return { rows, labels }
}

/** The sign of a product, around the four corners of a square. */
export function xor(count: number, seed: number, noise = 0.3): { rows: number[][]; labels: number[] } {
  const spread = normals(count * 2, seed)
  const random = mulberry32(seed + 5)
  const rows: number[][] = []
  const labels: number[] = []
  for (let i = 0; i < count; i++) {
    const [a, b] = [random() < 0.5 ? 0 : 1, random() < 0.5 ? 0 : 1]
    rows.push([a + noise * spread[2 * i]!, b + noise * spread[2 * i + 1]!])
    labels.push(a ^ b)
  }
  return { rows, labels }
}

/** The four rows of exclusive or, `times` over. */
export function truthTable(times: number): { rows: number[][]; labels: number[] } {
  const rows: number[][] = []
  const labels: number[] = []
  for (let i = 0; i < 4 * times; i++) {
    rows.push([i & 1, (i >> 1) & 1])
    labels.push((i & 1) ^ ((i >> 1) & 1))
  }
  return { rows, labels }
}

/** Like Fisher's irises: four correlated lengths, rounded to a tenth, three kinds of which two overlap. */
export function irises(count: number, seed: number): { rows: number[][]; labels: number[] } {
  const means = [
    [5.01, 3.43, 1.46, 0.25],
    [5.94, 2.77, 4.26, 1.33],
    [6.59, 2.97, 5.55, 2.03],
  ]
  const spreads = [
    [0.35, 0.38, 0.17, 0.11],
    [0.52, 0.31, 0.47, 0.2],
    [0.64, 0.32, 0.55, 0.27],
  ]
  const noise = normals(count * 5, seed)
  const labels = Array.from({ length: count }, (_, i) => i % 3)
  const rows = labels.map((label, i) => {
    const common = noise[5 * i]!
    return means[label]!.map(
      (mean, k) =>
        Math.round(
          10 *
            (mean + spreads[label]![k]! * (0.75 * common + Math.sqrt(1 - 0.75 ** 2) * noise[5 * i + 1 + k]!)),
        ) / 10,
    )
  })
  return { rows, labels }
}

/** Three one-hot categories of five, four and three values and a small count. */
export function categories(count: number, seed: number): { rows: number[][]; labels: number[] } {
  const random = mulberry32(seed + 5)
  const labels: number[] = []
  const rows = Array.from({ length: count }, () => {
    const drawn = [5, 4, 3].map((kinds) => Math.floor(kinds * random() ** 1.5))
    labels.push(drawn[0]! > 1 ? 1 : 0)
    return [
      ...[5, 4, 3].flatMap((kinds, group) =>
        Array.from({ length: kinds }, (_, k) => (drawn[group] === k ? 1 : 0)),
      ),
      Math.floor(6 * random() ** 2),
    ]
  })
  return { rows, labels }
}
