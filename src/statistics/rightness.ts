import type { Rows } from './losses.js'

/** How right the predictions of one output are, example by example. */
export interface Rightness {
  /**
   * `probability`: of the label, 1 is right; of several labels or steps their mean. `error`: prediction − target, in
   * standard deviations of the targets. `distance`: root mean square error.
   */
  measure: 'probability' | 'error' | 'distance'
  of(predictions: Rows): Float32Array
}

/** Reads off the labels how predictions are judged. Scores that are no probabilities go through softmax or sigmoid. */
export function rightnessFor(labels: Rows, examples: number): Rightness {
  const rowsPerExample = labels.rows / examples
  const perExample = (judge: (predictions: Rows, row: number) => number) => (predictions: Rows) => {
    const sums = new Float32Array(examples)
    for (let row = 0; row < labels.rows; row++)
      sums[Math.floor(row / rowsPerExample)]! += judge(predictions, row) / rowsPerExample
    return sums
  }
  if (labels.width > 1 && allRows(labels, isDistribution)) {
    return {
      measure: 'probability',
      of: perExample((predictions, row) => ofDistribution(labels, predictions, row)),
    }
  }
  if (Array.from(labels.values).every((value) => value === 0 || value === 1)) {
    return {
      measure: 'probability',
      of: perExample((predictions, row) => ofSwitches(labels, predictions, row)),
    }
  }
  if (labels.width * rowsPerExample === 1) {
    const deviation = deviationOf(labels.values) || 1
    return {
      measure: 'error',
      of: perExample(({ values }, row) => (values[row]! - labels.values[row]!) / deviation),
    }
  }
  const squares = perExample(({ values }, row) => {
    let sum = 0
    for (let k = row * labels.width; k < (row + 1) * labels.width; k++)
      sum += (values[k]! - labels.values[k]!) ** 2
    return sum / labels.width
  })
  return { measure: 'distance', of: (predictions) => squares(predictions).map(Math.sqrt) }
}

function ofDistribution(labels: Rows, predictions: Rows, row: number): number {
  const { width } = labels
  const scores = Float64Array.from({ length: width }, (_, k) => predictions.values[row * width + k]!)
  const probabilities = isDistribution(scores) ? scores : softmax(scores)
  return probabilities.reduce((sum, p, k) => sum + p * labels.values[row * width + k]!, 0)
}

function ofSwitches({ values, width }: Rows, predictions: Rows, row: number): number {
  let sum = 0
  for (let k = row * width; k < (row + 1) * width; k++) {
    const score = predictions.values[k]!
    const p = score >= 0 && score <= 1 ? score : 1 / (1 + Math.exp(-score))
    sum += values[k] === 1 ? p : 1 - p
  }
  return sum / width
}

function softmax(scores: Float64Array): Float64Array {
  const largest = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - largest))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

function allRows({ values, rows, width }: Rows, holds: (row: ArrayLike<number>) => boolean): boolean {
  for (let row = 0; row < rows; row++) {
    if (!holds(Array.from({ length: width }, (_, k) => values[row * width + k]!))) return false
  }
  return true
}

function isDistribution(row: ArrayLike<number>): boolean {
  let sum = 0
  for (let k = 0; k < row.length; k++) {
    if (row[k]! < 0) return false
    sum += row[k]!
  }
  return Math.abs(sum - 1) < 1e-3
}

function deviationOf(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!
    squares += values[i]! ** 2
  }
  return Math.sqrt(Math.max(0, squares / values.length - (sum / values.length) ** 2))
}

/**
 * How much predictions wiggle on their way, over all examples: 1 − |last − first| / path. 0 where each moves straight
 * to where it ends, near 1 where they go to and fro. `series`: [examples, looks].
 */
export function jitterIndex(series: Float32Array, looks: number): number {
  let [path, net] = [0, 0]
  for (let start = 0; start < series.length; start += looks) {
    net += Math.abs(series[start + looks - 1]! - series[start]!)
    for (let look = 1; look < looks; look++)
      path += Math.abs(series[start + look]! - series[start + look - 1]!)
  }
  return path === 0 ? 0 : 1 - net / path
}
