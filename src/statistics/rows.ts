import type { Rows } from './losses.js'

/**
 * Class indices as one-hot rows of `classes` columns. Undefined when they are not indices of `classes` classes.
 */
export function oneHotRows(labels: Rows, classes: number): Rows | undefined {
  const { values, weights } = labels
  const count = labels.rows * labels.width
  const encoded = new Float64Array(count * classes)
  for (let i = 0; i < count; i++) {
    const label = values[i]!
    if (!Number.isInteger(label) || label < 0 || label >= classes) return undefined
    encoded[i * classes + label] = 1
  }
  return { values: encoded, rows: count, width: classes, ...(weights && { weights }) }
}

/** The rows from `start` up to, not including, `end`. */
export function sliceRows({ values, width, weights }: Rows, start: number, end: number): Rows {
  return {
    values: Array.prototype.slice.call(values, start * width, end * width),
    rows: end - start,
    width,
    ...(weights && { weights: Array.prototype.slice.call(weights, start, end) }),
  }
}

/** Whether every row is one 1 among zeros. */
export function areOneHot({ values, rows, width }: Rows): boolean {
  for (let row = 0; row < rows; row++) {
    let ones = 0
    for (let k = 0; k < width; k++) {
      const value = values[row * width + k]!
      if (value !== 0 && value !== 1) return false
      ones += value
    }
    if (ones !== 1) return false
  }
  return true
}

/** Whether every row is a distribution over classes: smoothed classes, shares. */
export function areDistributions({ values, rows, width }: Rows): boolean {
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let k = 0; k < width; k++) {
      const value = values[row * width + k]!
      if (value < 0) return false
      sum += value
    }
    if (Math.abs(sum - 1) > 1e-3) return false
  }
  return true
}

/** The column with the largest value of a row, the first of several: its class. */
export function largestOf({ values, width }: Rows, row: number): number {
  let largest = 0
  for (let k = 1; k < width; k++) if (values[row * width + k]! > values[row * width + largest]!) largest = k
  return largest
}
