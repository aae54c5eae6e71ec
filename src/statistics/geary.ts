import type { Points } from './neighbours.js'
import { squaredDistancesWithin } from './squared-distances.js'

/** Filters that lie on a grid of pixels: the values of one filter pixel by pixel, its channels together. */
export interface Filters {
  grid: readonly number[]
  patterns: Float64Array[]
}

/** Geary's C of filters against that of their shuffled selves. */
export interface Structure {
  geary: number
  /** Of shuffles and the original: the share with a C as low, and as high. */
  low: number
  high: number
}

/** Pixels of a grid. */
export const sizeOfGrid = (grid: readonly number[]) => grid.reduce((product, size) => product * size, 1)

/** Logarithm of the number of orders of the pixels that do not differ by a reflection or a turn alone. */
export function arrangementsLog(grid: readonly number[]): number {
  const sides = grid.filter((size) => size > 1)
  let log = 0
  for (let k = 2; k <= sizeOfGrid(grid); k++) log += Math.log(k)
  for (const [i, side] of sides.entries()) {
    log -= Math.log(2) + Math.log(1 + sides.slice(0, i).filter((other) => other === side).length)
  }
  return log
}

/**
 * Geary's C of all filters, each weighted by its variance, and its place among shuffles; the channels of a pixel stay
 * together. Initial noise is independent: every filter is shuffled by itself, which tells most. Changes follow gradients
 * that filters share: `together`, all filters are shuffled alike. Undefined: every filter is constant.
 */
export function structureOf(
  { grid, patterns: all }: Filters,
  {
    permutations,
    together,
    mostValues,
    random,
  }: {
    permutations: number
    together: boolean
    /** Of more values, every second filter is taken, or every third … */
    mostValues: number
    random: () => number
  },
): Structure | undefined {
  const pixels = sizeOfGrid(grid)
  const stride = Math.max(1, Math.ceil((all.length * all[0]!.length) / mostValues))
  const patterns = all.filter((_, i) => i % stride === 0)
  const scatter = patterns.reduce((sum, pattern) => sum + scatterOf(pattern, pixels), 0)
  if (!(scatter > 0)) return undefined
  const pairs = neighboursIn(grid)
  const order = Int32Array.from({ length: pixels }, (_, i) => i)
  const scale = (pixels - 1) / (pairs.length * scatter)
  const geary = scale * contrastOfAll(patterns, pairs, order)
  const rounding = 1e-9 * geary
  const shuffled = together
    ? shuffledTogether(patterns, pairs, { order, random })
    : () => shuffledApart(patterns, pairs, { order, random })
  let [low, high] = [1, 1]
  for (let i = 0; i < permutations; i++) {
    const sum = shuffled()
    if (scale * sum <= geary + rounding) low++
    if (scale * sum >= geary - rounding) high++
  }
  return { geary, low: low / (permutations + 1), high: high / (permutations + 1) }
}

/** Pixels next to each other, as flat pairs: first, second, first, second … */
function neighboursIn(grid: readonly number[]): Int32Array {
  const pairs: number[] = []
  let step = 1
  for (const size of grid.toReversed()) {
    for (let pixel = 0; pixel < sizeOfGrid(grid); pixel++) {
      if (Math.floor(pixel / step) % size < size - 1) pairs.push(pixel, pixel + step)
    }
    step *= size
  }
  return Int32Array.from(pairs)
}

/** The distances between more pixels would not stay in the caches. */
const mostPixels = 1024

/** The contrast of all patterns in a random order that they share: with each call another one. */
function shuffledTogether(
  patterns: readonly Float64Array[],
  pairs: Int32Array,
  { order, random }: { order: Int32Array; random: () => number },
): () => number {
  // Two pixels are as far apart in every order.
  const distances =
    order.length <= mostPixels && squaredDistancesWithin(pixelsAsPoints(patterns, order.length))
  return () => {
    shuffle(order, random)
    return distances ? sumOfPairs(distances, pairs, order) : contrastOfAll(patterns, pairs, order)
  }
}

/** The contrast of all patterns, each in a random order of its own. */
function shuffledApart(
  patterns: readonly Float64Array[],
  pairs: Int32Array,
  { order, random }: { order: Int32Array; random: () => number },
): number {
  let sum = 0
  for (const pattern of patterns) {
    shuffle(order, random)
    sum += contrastOf(pattern, pairs, order)
  }
  return sum
}

/** Each pixel with its values in all patterns. */
function pixelsAsPoints(patterns: readonly Float64Array[], pixels: number): Points {
  const channels = patterns[0]!.length / pixels
  const width = channels * patterns.length
  const values = new Float64Array(pixels * width)
  for (const [i, pattern] of patterns.entries()) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let c = 0; c < channels; c++)
        values[pixel * width + i * channels + c] = pattern[pixel * channels + c]!
    }
  }
  return { values, count: pixels, width }
}

function sumOfPairs(distances: Float64Array, pairs: Int32Array, order: Int32Array): number {
  let sum = 0
  for (let k = 0; k < pairs.length; k += 2) {
    sum += distances[order[pairs[k]!]! * order.length + order[pairs[k + 1]!]!]!
  }
  return sum
}

function contrastOfAll(patterns: readonly Float64Array[], pairs: Int32Array, order: Int32Array): number {
  return patterns.reduce((sum, pattern) => sum + contrastOf(pattern, pairs, order), 0)
}

/** Sum of squared differences between neighbours, with the pixels in this order. */
function contrastOf(pattern: Float64Array, pairs: Int32Array, order: Int32Array): number {
  const channels = pattern.length / order.length
  let sum = 0
  if (channels === 1) {
    for (let k = 0; k < pairs.length; k += 2) {
      sum += (pattern[order[pairs[k]!]!]! - pattern[order[pairs[k + 1]!]!]!) ** 2
    }
    return sum
  }
  for (let k = 0; k < pairs.length; k += 2) {
    const a = order[pairs[k]!]! * channels
    const b = order[pairs[k + 1]!]! * channels
    for (let c = 0; c < channels; c++) sum += (pattern[a + c]! - pattern[b + c]!) ** 2
  }
  return sum
}

/** Sum of squares around the mean of each channel; 0 where only rounding is left. */
function scatterOf(pattern: Float64Array, pixels: number): number {
  const channels = pattern.length / pixels
  let [scatter, squares] = [0, 0]
  for (let c = 0; c < channels; c++) {
    let mean = 0
    for (let i = c; i < pattern.length; i += channels) mean += pattern[i]! / pixels
    for (let i = c; i < pattern.length; i += channels) {
      scatter += (pattern[i]! - mean) ** 2
      squares += pattern[i]! ** 2
    }
  }
  return scatter > 1e-12 * squares ? scatter : 0
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
}
