import { mixSeed, mulberry32, permutation } from '../training/seed.js'
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
  const random = mulberry32(mixSeed(seed, 'points'))
  let column = 0
  for (const table of used) {
    const together = table.width > mostWidth || table.shape.length > 3
    const features = together ? 1 : countFeatures(table)
    const moments = Array.from({ length: features }, () => ({ sum: 0, squares: 0 }))
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < table.width; k++) {
        const value = table.values[rows[i]! * table.width + k]!
        const moment = moments[k % features]!
        moment.sum += value
        moment.squares += value * value
      }
    }
    const n = (count * table.width) / features
    const scales = moments.map(({ sum, squares }) => {
      const mean = sum / n
      const deviation = Math.sqrt(Math.max(0, squares / n - mean * mean))
      return { mean, factor: deviation > 1e-9 * Math.abs(mean) ? 1 / deviation : 0 }
    })
    for (let k = 0; k < table.width; k++, column++) {
      const { mean, factor } = scales[k % features]!
      const signs =
        total > mostWidth ? Float64Array.from({ length: width }, () => (random() < 0.5 ? -1 : 1)) : undefined
      for (let i = 0; i < count; i++) {
        const value = (table.values[rows[i]! * table.width + k]! - mean) * factor
        if (value === 0) continue
        if (!signs) values[i * width + column] = value
        else for (let p = 0; p < width; p++) values[i * width + p]! += signs[p]! * value
      }
    }
  }
  return { values, count, width }
}

/** The `k` nearest of `among` for every one of `of`, nearest first; a point is no neighbour of its own. */
export function nearest(of: Points, among: Points, k: number): Int32Array {
  const { width } = of
  const found = new Int32Array(of.count * k).fill(-1)
  const distances = new Float64Array(k)
  const same = of === among
  for (let i = 0; i < of.count; i++) {
    distances.fill(Infinity)
    const base = i * k
    for (let j = 0; j < among.count; j++) {
      if (same && i === j) continue
      const limit = distances[k - 1]!
      let sum = 0
      for (let d = 0; d < width && sum < limit; d++) {
        const difference = of.values[i * width + d]! - among.values[j * width + d]!
        sum += difference * difference
      }
      if (sum >= limit) continue
      let place = k - 1
      while (place > 0 && distances[place - 1]! > sum) {
        distances[place] = distances[place - 1]!
        found[base + place] = found[base + place - 1]!
        place--
      }
      distances[place] = sum
      found[base + place] = j
    }
  }
  return found
}

/** At most `most` of `count` rows, drawn at random and in order. */
export function sampleRows(count: number, most: number, seed: number): Int32Array {
  if (count <= most) return Int32Array.from({ length: count }, (_, row) => row)
  return permutation(count, mixSeed(seed, 'points')).slice(0, most).sort()
}
