import { mixSeed, mulberry32, permutation } from '../training/seed.js'
import type { Table } from './tables.js'

/** Pairs of rows that are far closer than the data are dense. */
export interface NearRows {
  /** Root mean square difference per feature, in standard deviations, up to which a pair counts. */
  distance: number
  pairs: Array<[number, number]>
  /** Examples searched: a random part of large data sets. */
  searched: number
}

/** Distances looked at, and the most rows that each can afford: wide windows hold many candidates. */
const scales = [
  { distance: 1e-4, rows: 12_000 },
  { distance: 1e-3, rows: 12_000 },
  { distance: 1e-2, rows: 3000 },
]
const ring = 10
/** At dimension 0.6 or more, at most this share of the pairs within 10 r are within r. */
const share = 0.25
const mostColumns = 64
const projections = 6
/** More near rows than this for each: a tight cluster, no copies. */
const mostDegree = 6

/**
 * Near copies: rows within r of each other with hardly any others within 10 r. In data of dimension m the number of
 * pairs within r grows as r^m, so that at most a quarter of the pairs within 10 r are within r even for curves
 * (m = 1 gives a tenth); copies with a little noise break that law at the scale of the noise. One-sided binomial
 * test at 1e-6 at three scales. Candidates come from sorted random projections: rows that are close are close in
 * each of them. Rows that are identical are left out. `boundary`: rows from there on are another data set's, and
 * only pairs across are looked for.
 */
export function findNearRows(
  tables: readonly Table[],
  { boundary, groups, seed }: { boundary: number; groups: Int32Array; seed: number },
): NearRows {
  const total = groups.length
  const { columns, scales: fullScales } = scaledColumns(tables, seed)
  const distanceOf = squaredDistance(tables, fullScales)
  const none = (searched: number): NearRows => ({ distance: 0, pairs: [], searched })
  if (columns.length === 0) return none(total)
  let searched = total
  let projected: ProjectedRows | undefined
  for (const { distance, rows: most } of scales) {
    const rows = Math.min(total, most)
    if (projected?.most !== rows) {
      projected = { most: rows, ...projectRows(columns, chooseRows(total, boundary, most, seed), seed) }
    }
    const { chosen } = projected
    searched = Math.min(searched, chosen.length)
    const { near, around } = pairsWithin(projected, { distance, boundary, groups, distanceOf })
    const touched = new Set(near.flat()).size
    const clustered = (2 * near.length) / Math.max(touched, 1) > mostDegree
    if (near.length >= 10 && !clustered && unlikely(near.length, around)) {
      return { distance, pairs: near, searched: chosen.length }
    }
  }
  return none(searched)
}

/** P(at least `near` of `around`) at the share above, by Chernoff's bound: never below the exact one. */
function unlikely(near: number, around: number): boolean {
  const observed = near / around
  if (observed <= share) return false
  const divergence =
    observed * Math.log(observed / share) +
    (observed < 1 ? (1 - observed) * Math.log((1 - observed) / (1 - share)) : 0)
  return around * divergence > Math.log(1e6)
}

interface Column {
  table: Table
  column: number
  scale: number
}

/**
 * Columns that vary, with 1 / their scale: the interquartile range where there is one, so that a few large values
 * do not make all others look alike. Of wide data a random part. Ids differ or not: a large scale.
 */
function scaledColumns(
  tables: readonly Table[],
  seed: number,
): { columns: Column[]; scales: Float64Array[] } {
  const columns: Column[] = []
  const scales: Float64Array[] = []
  for (const [index, table] of tables.entries()) {
    const { rows, width, values } = table
    const part = permutation(rows, mixSeed(seed, 'scale')).slice(0, 500)
    const order = permutation(width, mixSeed(seed, 'columns', index))
    const wanted = Math.ceil(mostColumns / tables.length)
    const found: Array<{ column: number; spread: number }> = []
    for (const column of order) {
      if (found.length === wanted) break
      const sample = Float64Array.from(part, (row) => values[row * width + column]!).sort()
      const quantile = (p: number) => sample[Math.round(p * (sample.length - 1))]!
      const center = sample.reduce((sum, value) => sum + value, 0) / sample.length
      const deviation = Math.sqrt(
        sample.reduce((sum, value) => sum + (value - center) ** 2, 0) / sample.length,
      )
      const spread = (quantile(0.75) - quantile(0.25)) / 1.349 || deviation
      if (spread > 0) found.push({ column, spread })
    }
    // Columns that hardly vary (pixels at the border) must not count for more than the others.
    const typical = Math.sqrt(found.reduce((sum, { spread }) => sum + spread ** 2, 0) / found.length)
    const pictures = width >= 64 || table.shape.length > 2
    const all = new Float64Array(width)
    if (pictures && found.length > 0) all.fill(table.dtype === 'float32' ? 1 / typical : 1e3)
    for (const { column, spread } of found) {
      const scale = table.dtype === 'float32' ? 1 / (pictures ? typical : spread) : 1e3
      columns.push({ table, column, scale })
      all[column] = scale
    }
    scales.push(all)
  }
  return { columns, scales }
}

/** Mean squared difference of two rows over all columns that vary; Infinity as soon as it exceeds `limit`. */
function squaredDistance(tables: readonly Table[], scales: readonly Float64Array[]) {
  const width = scales.reduce((sum, all) => sum + all.reduce((n, scale) => n + (scale > 0 ? 1 : 0), 0), 0)
  return (a: number, b: number, limit: number): number => {
    let sum = 0
    for (let t = 0; t < tables.length; t++) {
      const { values, width: step } = tables[t]!
      const all = scales[t]!
      for (let k = 0; k < step; k++) {
        sum += ((values[a * step + k]! - values[b * step + k]!) * all[k]!) ** 2
        if (sum > limit * width) return Infinity
      }
    }
    return sum / width
  }
}

function chooseRows(total: number, boundary: number, most: number, seed: number): Int32Array {
  if (total <= most) return Int32Array.from({ length: total }, (_, row) => row)
  if (boundary >= total) return permutation(total, mixSeed(seed, 'rows')).slice(0, most)
  const share = most / total
  const sides = [
    permutation(boundary, mixSeed(seed, 'rows')),
    permutation(total - boundary, mixSeed(seed, 'others')).map((row) => row + boundary),
  ]
  return Int32Array.from(sides.flatMap((side) => [...side.slice(0, Math.ceil(side.length * share))]))
}

/** Some of the rows on random lines: the same for every distance that can afford as many. */
interface ProjectedRows {
  most: number
  /** In the order of the first line. */
  chosen: Int32Array
  columns: number
  /** Where they are on each line, row by row. */
  places: Float64Array
}

function projectRows(
  columns: readonly Column[],
  chosen: Int32Array,
  seed: number,
): Omit<ProjectedRows, 'most'> {
  const width = columns.length
  const random = mulberry32(mixSeed(seed, 'projection'))
  const signs = Array.from({ length: projections }, () =>
    Float64Array.from({ length: width }, () => (random() < 0.5 ? -1 : 1) / Math.sqrt(width)),
  )
  const found = new Float64Array(chosen.length * projections)
  const point = new Float64Array(width)
  for (let i = 0; i < chosen.length; i++) {
    const row = chosen[i]!
    for (let k = 0; k < width; k++) {
      const { table, column, scale } = columns[k]!
      point[k] = table.values[row * table.width + column]! * scale
    }
    for (let l = 0; l < projections; l++) {
      const direction = signs[l]!
      let sum = 0
      for (let k = 0; k < width; k++) sum += point[k]! * direction[k]!
      found[i * projections + l] = sum
    }
  }
  const order = Int32Array.from(chosen.keys()).sort(
    (a, b) => found[a * projections]! - found[b * projections]!,
  )
  const places = new Float64Array(found.length)
  order.forEach((i, p) => {
    places.set(found.subarray(i * projections, (i + 1) * projections), p * projections)
  })
  return { chosen: order.map((i) => chosen[i]!), columns: width, places }
}

function pairsWithin(
  { chosen: rows, columns, places }: ProjectedRows,
  {
    distance,
    boundary,
    groups,
    distanceOf,
  }: {
    distance: number
    boundary: number
    groups: Int32Array
    distanceOf: (a: number, b: number, limit: number) => number
  },
): { near: Array<[number, number]>; around: number } {
  const count = rows.length
  const outer = ring * distance
  // A difference of root mean square r has projections of standard deviation r: four of them hold nearly all.
  const window = Math.min(4, Math.sqrt(columns)) * outer
  const crosses = boundary < groups.length
  const near: Array<[number, number]> = []
  let around = 0
  for (let p = 0; p < count; p++) {
    const own = p * projections
    search: for (let q = p + 1; q < count; q++) {
      const other = q * projections
      if (places[other]! - places[own]! > window) break
      for (let l = 1; l < projections; l++)
        if (Math.abs(places[own + l]! - places[other + l]!) > window) continue search
      const [a, b] = rows[p]! < rows[q]! ? [rows[p]!, rows[q]!] : [rows[q]!, rows[p]!]
      if (groups[a] === groups[b] || (crosses && !(a < boundary && b >= boundary))) continue
      const squared = distanceOf(a, b, outer ** 2)
      if (squared > outer ** 2) continue
      around++
      if (squared <= distance ** 2) near.push([a, b])
    }
  }
  near.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return { near, around }
}
