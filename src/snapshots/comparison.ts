import { positionOf } from '../images/filter-axes.js'
import type { Content } from './content.js'
import type { Fingerprint, PartFingerprint } from './fingerprint.js'

/** A value may move by `atol + rtol · |baseline|`, as in NumPy's `allclose`. */
export interface Tolerance {
  rtol: number
  /** In units of the values. */
  atol: number
  /** Where parts are of different units: that of each. */
  atolOf?(part: number): number
}

/** How far a value of a part may move. */
export const allowedChange = ({ rtol, atol, atolOf }: Tolerance, part: number, before: number): number =>
  (atolOf?.(part) ?? atol) + rtol * Math.abs(before)

/** Values against their exact baseline. */
export interface ValueComparison {
  by: 'values'
  pass: boolean
  differing: number
  total: number
  largest: { change: number; position: number[]; before: number; after: number }
  /** Parts with a value beyond the tolerance, the most moved first. */
  parts: Array<{ part: number; change: number; differing: number; of: number }>
  /** Between all values as one vector, −1 to 1; NaN where one of them is zero. */
  cosine: number
  tolerance: Tolerance
  /** Baseline and values, for a closer look. */
  before: Float32Array
  after: Float32Array
}

/** Statistics against statistics, where the exact baseline is not known. */
export interface FingerprintComparison {
  by: 'fingerprint'
  pass: boolean
  /** Parts, or groups of them, with a statistic beyond what the tolerance on values allows; most moved first. */
  parts: Array<PartFingerprint & { change: number; statistic: Statistic; before: number; after: number }>
  tolerance: Tolerance
}

export interface ShapeComparison {
  by: 'shape'
  pass: false
  before: readonly number[]
  after: readonly number[]
}

/** The numbers agree, but lines that must stay to the letter do not. */
export interface FactsComparison {
  by: 'facts'
  pass: false
}

export type Comparison = (ValueComparison | FingerprintComparison | ShapeComparison | FactsComparison) & {
  facts?: FactsChange
}

export interface FactsChange {
  gone: string[]
  added: string[]
}

type Statistic = 'norm' | 'mean' | 'min' | 'max'

/** Every value against its baseline. Both have the shape of `after`. */
export function compareValues(
  before: Float32Array,
  { shape, values, parts: { count, partOf } }: Pick<Content, 'shape' | 'values' | 'parts'>,
  tolerance: Tolerance,
): ValueComparison {
  const parts = Array.from({ length: count }, (_, part) => ({ part, change: 0, differing: 0, of: 0 }))
  let largest = 0
  let dot = 0
  let beforeSquares = 0
  let afterSquares = 0
  for (let i = 0; i < values.length; i++) {
    const [old, now] = [before[i]!, values[i]!]
    const change = Math.abs(now - old)
    const part = parts[partOf(i)]!
    part.of++
    part.change = Math.max(part.change, change)
    if (change > allowedChange(tolerance, part.part, old)) part.differing++
    if (change > Math.abs(values[largest]! - before[largest]!)) largest = i
    dot += old * now
    beforeSquares += old * old
    afterSquares += now * now
  }
  const moved = parts.filter(({ differing }) => differing > 0).sort((a, b) => b.change - a.change)
  const [old, now] = [before[largest]!, values[largest]!]
  return {
    by: 'values',
    pass: moved.length === 0,
    differing: moved.reduce((sum, { differing }) => sum + differing, 0),
    total: values.length,
    largest: { change: Math.abs(now - old), position: positionOf(largest, shape), before: old, after: now },
    parts: moved,
    cosine: dot / Math.sqrt(beforeSquares * afterSquares),
    tolerance,
    before,
    after: values,
  }
}

/**
 * Necessary conditions of the same gate: where every value of a part of n values stays within atol + rtol · |v|, its
 * minimum, maximum and mean stay within atol + rtol · max|v| and its norm within √n · atol + rtol · norm (triangle
 * inequality). Both fingerprints have the same shape and parts.
 */
export function compareFingerprints(
  before: Fingerprint,
  after: Fingerprint,
  tolerance: Tolerance,
): FingerprintComparison {
  const total = after.shape.reduce((product, size) => product * size, 1)
  const partCount = after.parts.at(-1)!.last + 1
  const parts = before.parts.flatMap((old, index) => {
    const now = after.parts[index]
    if (now === undefined) return []
    const n = (total / partCount) * (old.last - old.first + 1)
    return worstStatistic(old, now, n, tolerance) ?? []
  })
  return {
    by: 'fingerprint',
    pass: parts.length === 0,
    parts: parts.sort((a, b) => b.change - a.change),
    tolerance,
  }
}

function worstStatistic(
  old: PartFingerprint,
  now: PartFingerprint,
  n: number,
  { rtol, atolOf, ...tolerance }: Tolerance,
): FingerprintComparison['parts'][number] | undefined {
  const atol = atolOf?.(old.first) ?? tolerance.atol
  const perValue = atol + rtol * Math.max(Math.abs(old.min), Math.abs(old.max))
  const allowed: Record<Statistic, number> = {
    norm: Math.sqrt(n) * atol + rtol * old.norm,
    mean: perValue,
    min: perValue,
    max: perValue,
  }
  const beyond = (Object.keys(allowed) as Statistic[])
    .map((statistic) => ({ statistic, change: Math.abs(now[statistic] - old[statistic]) }))
    // The stored statistics are rounded to six digits.
    .filter(({ statistic, change }) => change > allowed[statistic] + 2e-6 * Math.abs(old[statistic]))
    .sort((a, b) => b.change / allowed[b.statistic] - a.change / allowed[a.statistic])[0]
  return beyond && { ...now, ...beyond, before: old[beyond.statistic], after: now[beyond.statistic] }
}

/** Adds lines that came and went. Where numbers agree they decide. */
export function withFacts(
  comparison: Comparison,
  before: readonly string[],
  after: readonly string[],
): Comparison {
  const gone = before.filter((fact) => !after.includes(fact))
  const added = after.filter((fact) => !before.includes(fact))
  if (gone.length + added.length === 0) return comparison
  return { ...(comparison.pass ? { by: 'facts', pass: false } : comparison), facts: { gone, added } }
}
