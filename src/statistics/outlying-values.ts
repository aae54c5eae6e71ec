import { mixSeed, permutation } from '../training/seed.js'
import { fencesOf } from './fences.js'
import { readLabels, type Task } from './label-kind.js'
import { countFeatures, featureName, type Table } from './tables.js'

/** One value far outside. */
export interface Outlier {
  example: number
  feature: number
  name: string
  value: number
  /** Distance from the median, in units of the spread on its side. */
  spreads: number
  low: number
  high: number
}

const sampleRows = 2000
/** Fewer different values than this are levels, not measurements. */
const leastLevels = 10
export const leastOutlierRows = 20

/** The tables of measurements: inputs that are no ids, and targets that are neither classes nor the inputs again. */
export function mayHaveOutliers(inputs: Table[], outputs: readonly Table[], task?: Task): Table[] {
  const targets = outputs.filter(
    (table) =>
      readLabels(table, { inputs, task }).kind === 'numbers' &&
      !inputs.some(({ width }) => width >= 16 && width === table.width),
  )
  return [...inputs, ...targets].filter(({ dtype }) => dtype === 'float32')
}

/**
 * Values outside the fences of their feature, the farthest first. Fences come from at most 2000 examples, every value
 * is compared.
 */
export function findOutliers(tables: readonly Table[], seed: number): Outlier[] {
  const total = tables.reduce((sum, table) => sum + countFeatures(table), 0)
  return tables.flatMap((table) => outliersOf(table, total, seed)).sort((a, b) => b.spreads - a.spreads)
}

function outliersOf(table: Table, total: number, seed: number): Outlier[] {
  const features = countFeatures(table)
  const size = table.rows * table.width
  const count = size / features
  const picked = permutation(table.rows, mixSeed(seed, 'fences')).slice(0, sampleRows)
  const perRow = table.width / features
  const places = Math.min(perRow, Math.max(1, Math.floor(20_000 / picked.length)))
  const low = new Float64Array(features).fill(-Infinity)
  const high = new Float64Array(features).fill(Infinity)
  const center = new Float64Array(features)
  const below = new Float64Array(features).fill(1)
  const above = new Float64Array(features).fill(1)
  for (let k = 0; k < features; k++) {
    const sample = new Float64Array(picked.length * places)
    for (let i = 0; i < picked.length; i++) {
      for (let p = 0; p < places; p++) {
        const place = Math.floor((p * perRow) / places)
        sample[i * places + p] = table.values[picked[i]! * table.width + place * features + k]!
      }
    }
    const fences = fencesOfSample(sample.sort(), count, total)
    if (!fences) continue
    ;[low[k], high[k], center[k]] = [fences.low, fences.high, fences.center]
    ;[below[k], above[k]] = [fences.spreadBelow, fences.spreadAbove]
  }
  const outliers: Outlier[] = []
  for (let i = 0; i < size; ) {
    for (let k = 0; k < features; k++, i++) {
      const value = table.values[i]!
      if (value >= low[k]! && value <= high[k]!) continue
      const name = featureName(table, k)
      const distance = value - center[k]!
      const spreads = Math.abs(distance) / (distance > 0 ? above[k]! : below[k]!)
      outliers.push({
        example: Math.floor(i / table.width),
        feature: k,
        name,
        value,
        spreads,
        low: low[k]!,
        high: high[k]!,
      })
    }
  }
  return outliers
}

/** Mostly one value (0, as in sparse data): the fences of the others. Few levels: none, categories lie anywhere. */
function fencesOfSample(sorted: Float64Array, count: number, total: number) {
  const middle = sorted[sorted.length >> 1]!
  const same = sorted.reduce((sum, value) => sum + (value === middle ? 1 : 0), 0)
  const values = same > 0.4 * sorted.length ? sorted.filter((value) => value !== middle) : sorted
  if (values.length < leastOutlierRows) return undefined
  let levels = 1
  for (let i = 1; i < values.length && levels < leastLevels; i++) if (values[i] !== values[i - 1]) levels++
  if (levels < leastLevels) return undefined
  const fences = fencesOf(values, count, total)
  // Zero belongs to the data though it is not among the values the fences are of.
  return fences && { ...fences, low: Math.min(fences.low, middle), high: Math.max(fences.high, middle) }
}
