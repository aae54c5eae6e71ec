import { mixSeed, permutation } from '../training/seed.js'
import { SignProjection } from './projection.js'
import { countFeatures, type Table } from './tables.js'

/** Examples as points: standardised columns, randomly projected where there are more than 64 of them. */
export interface Points {
  values: Float64Array
  count: number
  width: number
}

const mostWidth = 64

/**
 * The rows `rows` of some tables as points. Columns are standardised with the moments of these rows (channels of
 * pictures and wide tables together, so that pixels at the border stay small), ids are left out unless there is
 * nothing else. More than 64 columns are projected by random signs, which keeps distances (Johnson–Lindenstrauss).
 */
export function pointsOf(tables: readonly Table[], rows: ArrayLike<number>, seed: number): Points {
  const floats = tables.filter(({ dtype }) => dtype === 'float32')
  const used = floats.length > 0 ? floats : tables
  const count = rows.length
  const total = used.reduce((sum, { width }) => sum + width, 0)
  const width = Math.min(total, mostWidth)
  const values = new Float64Array(count * width)
  const projection = total > mostWidth ? new SignProjection(mixSeed(seed, 'points'), width) : undefined
  let column = 0
  for (const table of used) {
    const scales = scalesOf(table, rows)
    const read = (row: number, first: number, into: Float64Array) => {
      const start = rows[row]! * table.width + first
      for (let k = 0; k < into.length; k++) {
        const { mean, factor } = scales[(first + k) % scales.length]!
        into[k] = (table.values[start + k]! - mean) * factor
      }
    }
    if (projection) projection.add(values, table.width, read)
    else {
      for (let i = 0; i < count; i++) {
        const start = i * width + column
        read(i, 0, values.subarray(start, start + table.width))
      }
    }
    column += table.width
  }
  return { values, count, width }
}

/** How a feature is standardised. */
interface Scale {
  mean: number
  /** One over the deviation; 0 where there is none. */
  factor: number
}

/** Of the features of a table, as they come one after the other in a row: one for all columns, or one for each. */
function scalesOf(table: Table, rows: ArrayLike<number>): Scale[] {
  const together = table.width > mostWidth || table.shape.length > 3
  const features = together ? 1 : countFeatures(table)
  const sums = new Float64Array(features)
  const squares = new Float64Array(features)
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i]! * table.width
    if (features === 1) addMoments(table, start, sums, squares)
    else {
      for (let k = 0; k < table.width; k++) {
        const value = table.values[start + k]!
        sums[k % features]! += value
        squares[k % features]! += value * value
      }
    }
  }
  const n = (rows.length * table.width) / features
  return Array.from(sums, (sum, k) => {
    const mean = sum / n
    const deviation = Math.sqrt(Math.max(0, squares[k]! / n - mean * mean))
    return { mean, factor: deviation > 1e-9 * Math.abs(mean) ? 1 / deviation : 0 }
  })
}

/** Of all values of a row together. */
function addMoments({ values, width }: Table, start: number, sums: Float64Array, squares: Float64Array) {
  let [sum, square] = [sums[0]!, squares[0]!]
  for (let at = start; at < start + width; at++) {
    const value = values[at]!
    sum += value
    square += value * value
  }
  sums[0] = sum
  squares[0] = square
}

/** The numbers of all rows of some tables. */
export function allRows(tables: readonly Table[]): Int32Array {
  return Int32Array.from({ length: tables[0]!.rows }, (_, row) => row)
}

/** At most `most` of `count` rows, drawn at random and in order. */
export function sampleRows(count: number, most: number, seed: number): Int32Array {
  if (count <= most) return Int32Array.from({ length: count }, (_, row) => row)
  return permutation(count, mixSeed(seed, 'points')).slice(0, most).sort()
}
