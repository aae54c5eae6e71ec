import { type LossKind, lossByName, type Rows } from '../../src/statistics/losses.js'
import { mulberry32 } from '../../src/training/seed.js'

const random = (seed: number) => mulberry32(seed * 7919 + 13)

export function rowsOf(values: readonly number[][]): Rows {
  return { values: Float64Array.from(values.flat()), rows: values.length, width: values[0]!.length }
}

/** Random rows from a range. */
export function between(low: number, high: number, rows: number, width: number, seed: number): Rows {
  const next = random(seed)
  return {
    values: Float64Array.from({ length: rows * width }, () => low + (high - low) * next()),
    rows,
    width,
  }
}

/** Random rows that are not negative and sum to 1. */
export function distributions(rows: number, width: number, seed: number): Rows {
  const { values } = between(0.01, 1, rows, width, seed)
  const normalised = values as Float64Array
  for (let row = 0; row < rows; row++) {
    const share = normalised.subarray(row * width, (row + 1) * width)
    const sum = share.reduce((a, b) => a + b, 0)
    share.forEach((value, k) => {
      share[k] = value / sum
    })
  }
  return { values: normalised, rows, width }
}

/** Random one-hot rows. */
export function oneHots(rows: number, width: number, seed: number): Rows {
  const next = random(seed)
  const values = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++) values[row * width + Math.floor(next() * width)] = 1
  return { values, rows, width }
}

const rounded = (rows: Rows, low: number, high: number): Rows => ({
  ...rows,
  values: Float64Array.from(rows.values, (value) => (value > (low + high) / 2 ? high : low)),
})

/** Labels and predictions of the kind a loss takes. */
export function labelsFor(kind: LossKind, rows: number, width: number, seed: number): Rows {
  switch (kind) {
    case 'categoricalCrossentropy':
    case 'softmaxCrossEntropy':
    case 'categoricalHinge':
      return oneHots(rows, width, seed)
    case 'kullbackLeiblerDivergence':
      return distributions(rows, width, seed)
    case 'binaryCrossentropy':
    case 'sigmoidCrossEntropy':
      return rounded(between(0, 1, rows, width, seed), 0, 1)
    case 'hinge':
    case 'squaredHinge':
      return rounded(between(-1, 1, rows, width, seed), -1, 1)
    case 'poisson':
    case 'meanSquaredLogarithmicError':
    case 'meanAbsolutePercentageError':
      return between(0.5, 5, rows, width, seed)
    default:
      return between(-2, 3, rows, width, seed)
  }
}

export function predictionsFor(kind: LossKind, rows: number, width: number, seed: number): Rows {
  switch (kind) {
    case 'categoricalCrossentropy':
    case 'kullbackLeiblerDivergence':
      return distributions(rows, width, seed)
    case 'binaryCrossentropy':
      return between(0.02, 0.98, rows, width, seed)
    case 'poisson':
    case 'meanSquaredLogarithmicError':
      return between(0.2, 6, rows, width, seed)
    default:
      return between(-3, 3, rows, width, seed)
  }
}

export const described = (name: string) => lossByName(name)!
