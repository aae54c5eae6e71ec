import { type Points, pointsOf, sampleRows } from './neighbours.js'
import type { Table } from './tables.js'

const most = 1000

/**
 * How far the correlations between the features of two sets of examples differ: the mean squared difference over what
 * sampling explains, 1 where both are drawn from one source. Columns in another order, or mixed otherwise, show here
 * though every column by itself looks alike.
 */
export function relationsDiffer(first: readonly Table[], second: readonly Table[], seed: number): number {
  const parts = [first, second].map((tables) => {
    const rows = sampleRows(tables[0]!.rows, most, seed)
    return { count: rows.length, matrix: correlations(pointsOf(tables, rows, seed)) }
  })
  const [a, b] = [parts[0]!, parts[1]!]
  if (a.matrix.length !== b.matrix.length || a.matrix.length === 0) return 1
  let sum = 0
  for (const [i, value] of a.matrix.entries()) {
    const noise = (1 - value ** 2) ** 2 / a.count + (1 - b.matrix[i]! ** 2) ** 2 / b.count
    sum += (value - b.matrix[i]!) ** 2 / Math.max(noise, 1e-4)
  }
  return sum / a.matrix.length
}

/** Correlations of every pair of columns, each pair once. */
function correlations({ values, count, width }: Points): Float64Array {
  const scales = Array.from({ length: width }, (_, k) => {
    let [sum, squares] = [0, 0]
    for (let i = 0; i < count; i++) {
      sum += values[i * width + k]!
      squares += values[i * width + k]! ** 2
    }
    return { mean: sum / count, deviation: Math.sqrt(Math.max(squares / count - (sum / count) ** 2, 0)) }
  })
  const found: number[] = []
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < a; b++) {
      const [one, other] = [scales[a]!, scales[b]!]
      if (one.deviation < 1e-9 || other.deviation < 1e-9) continue
      let product = 0
      for (let i = 0; i < count; i++)
        product += (values[i * width + a]! - one.mean) * (values[i * width + b]! - other.mean)
      found.push(product / count / one.deviation / other.deviation)
    }
  }
  return Float64Array.from(found)
}
