import { filterAxes, positionOf } from '../images/filter-axes.js'
import type { FilterFingerprint, Fingerprint } from './fingerprint.js'
import type { Weights } from './weights.js'

/** A weight may move by `atol + rtol · |baseline|`, as in NumPy's `allclose`. */
export interface Tolerance {
  rtol: number
  /** In units of the weights. */
  atol: number
}

/** Weights against their exact baseline. */
export interface WeightComparison {
  by: 'weights'
  pass: boolean
  differing: number
  total: number
  largest: { change: number; position: number[]; before: number; after: number }
  /** Filters with a weight beyond the tolerance, the most moved first. */
  filters: Array<{ filter: number; change: number; differing: number; of: number }>
  /** Between all weights as one vector, −1 to 1; NaN where one of them is zero. */
  cosine: number
  tolerance: Tolerance
}

/** Statistics against statistics, where the exact baseline is not known. */
export interface FingerprintComparison {
  by: 'fingerprint'
  pass: boolean
  /** Filters, or groups of them, with a statistic beyond what the tolerance on weights allows; most moved first. */
  filters: Array<FilterFingerprint & { change: number; statistic: Statistic; before: number; after: number }>
  tolerance: Tolerance
}

export interface ShapeComparison {
  by: 'shape'
  pass: false
  before: number[]
  after: number[]
}

export type Comparison = WeightComparison | FingerprintComparison | ShapeComparison

type Statistic = 'norm' | 'mean' | 'min' | 'max'

/** Every weight against its baseline value. Both have the shape of `after`. */
export function compareWeights(before: Float32Array, after: Weights, tolerance: Tolerance): WeightComparison {
  const { shape, values, className } = after
  const { count, filterOf } = filterAxes(shape, className)
  const filters = Array.from({ length: count }, (_, filter) => ({ filter, change: 0, differing: 0, of: 0 }))
  let largest = 0
  let dot = 0
  let beforeSquares = 0
  let afterSquares = 0
  for (let i = 0; i < values.length; i++) {
    const [old, now] = [before[i]!, values[i]!]
    const change = Math.abs(now - old)
    const filter = filters[filterOf(i)]!
    filter.of++
    filter.change = Math.max(filter.change, change)
    if (change > tolerance.atol + tolerance.rtol * Math.abs(old)) filter.differing++
    if (change > Math.abs(values[largest]! - before[largest]!)) largest = i
    dot += old * now
    beforeSquares += old * old
    afterSquares += now * now
  }
  const moved = filters.filter(({ differing }) => differing > 0).sort((a, b) => b.change - a.change)
  const [old, now] = [before[largest]!, values[largest]!]
  return {
    by: 'weights',
    pass: moved.length === 0,
    differing: moved.reduce((sum, { differing }) => sum + differing, 0),
    total: values.length,
    largest: { change: Math.abs(now - old), position: positionOf(largest, shape), before: old, after: now },
    filters: moved,
    cosine: dot / Math.sqrt(beforeSquares * afterSquares),
    tolerance,
  }
}

/**
 * Necessary conditions of the same gate: where every weight of a filter of n weights stays within
 * atol + rtol · |w|, its minimum, maximum and mean stay within atol + rtol · max|w| and its norm within
 * √n · atol + rtol · norm (triangle inequality). Both fingerprints have the same shape and filters.
 */
export function compareFingerprints(
  before: Fingerprint,
  after: Fingerprint,
  tolerance: Tolerance,
): FingerprintComparison {
  const weights = after.shape.reduce((product, size) => product * size, 1)
  const filterCount = after.filters.at(-1)!.last + 1
  const filters = before.filters.flatMap((old, index) => {
    const now = after.filters[index]
    if (now === undefined) return []
    const n = (weights / filterCount) * (old.last - old.first + 1)
    return worstStatistic(old, now, n, tolerance) ?? []
  })
  return {
    by: 'fingerprint',
    pass: filters.length === 0,
    filters: filters.sort((a, b) => b.change - a.change),
    tolerance,
  }
}

function worstStatistic(
  old: FilterFingerprint,
  now: FilterFingerprint,
  n: number,
  { atol, rtol }: Tolerance,
): FingerprintComparison['filters'][number] | undefined {
  const perWeight = atol + rtol * Math.max(Math.abs(old.min), Math.abs(old.max))
  const allowed: Record<Statistic, number> = {
    norm: Math.sqrt(n) * atol + rtol * old.norm,
    mean: perWeight,
    min: perWeight,
    max: perWeight,
  }
  const beyond = (Object.keys(allowed) as Statistic[])
    .map((statistic) => ({ statistic, change: Math.abs(now[statistic] - old[statistic]) }))
    // The stored statistics are rounded to six digits.
    .filter(({ statistic, change }) => change > allowed[statistic] + 2e-6 * Math.abs(old[statistic]))
    .sort((a, b) => b.change / allowed[b.statistic] - a.change / allowed[a.statistic])[0]
  return beyond && { ...now, ...beyond, before: old[beyond.statistic], after: now[beyond.statistic] }
}
