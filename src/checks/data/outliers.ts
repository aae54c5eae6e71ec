import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { fencesOf } from '../../statistics/fences.js'
import { readLabels } from '../../statistics/label-kind.js'
import {
  countFeatures,
  featureName,
  listFirst,
  plural,
  type Table,
  tablesOf,
} from '../../statistics/tables.js'
import { assertExamples, describe } from '../../training/examples.js'
import { mixSeed, permutation } from '../../training/seed.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'

export interface OutliersOptions extends CheckOptions {
  /** Share of the examples that may have outliers. Default 0. */
  maxShare?: number
}

/** One value far outside. */
interface Outlier {
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
const leastValues = 20

/**
 * No value of a feature or regression target lies far outside the others: quantile fences that adapt to the tails of
 * the feature and to the number of values. Fences come from at most 2000 examples, every value is compared.
 */
export async function checkNoOutliers(
  examples: Examples,
  options: OutliersOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, maxShare = 0 } = options
  if (!(maxShare >= 0 && maxShare < 1)) {
    throw new InvalidArgumentError('options.maxShare', describe(maxShare), 'a share from 0 up to 1')
  }
  assertExamples(examples, 'examples')
  const inputs = tablesOf('xs', examples.xs)
  const rows = inputs[0]!.rows
  const targets = tablesOf('ys', examples.ys).filter(
    (table) =>
      readLabels(table, { inputs, task: options.task }).kind === 'numbers' &&
      !inputs.some(({ width }) => width >= 16 && width === table.width),
  )
  const tables = [...inputs, ...targets].filter(({ dtype }) => dtype === 'float32')
  if (rows < leastValues || tables.length === 0) {
    const reason =
      tables.length === 0
        ? 'inputs are ids and labels are classes: there is nothing to lie outside'
        : `${plural(rows, 'example')} are too few to say what lies outside: give at least ${leastValues}`
    return skippedResult({ check: 'no-outliers', stage: 'data', reason, seed })
  }
  const total = tables.reduce((sum, table) => sum + countFeatures(table), 0)
  const outliers = tables.flatMap((table) => findOutliers(table, total, seed))
  outliers.sort((a, b) => b.spreads - a.spreads)
  const affected = [...new Set(outliers.map(({ example }) => example))]
  const failed = affected.length > maxShare * rows
  const byFeature = new Map<string, Outlier[]>()
  for (const one of outliers) byFeature.set(one.name, [...(byFeature.get(one.name) ?? []), one])
  const [worst] = outliers
  return {
    check: 'no-outliers',
    stage: 'data',
    status: failed ? 'failed' : 'passed',
    summary: failed
      ? `${plural(affected.length, 'example')} of ${rows} (${formatPercent(affected.length / rows)}) ${affected.length === 1 ? 'has' : 'have'} values far outside the others: ${[...byFeature].slice(0, 3).map(describeFeature).join('; ')}.`
      : outliers.length > 0
        ? `${plural(affected.length, 'example')} of ${rows} have values far outside, at most ${formatPercent(maxShare)} are allowed.`
        : `No value of ${plural(total, 'feature')} lies far outside the others.`,
    measured: {
      outliers: outliers.length,
      examples: affected.length,
      ...(worst && { farthest: worst.spreads }),
    },
    expected: { examples: maxShare > 0 ? `≤ ${formatNumber(maxShare * rows)}` : 0 },
    causes: failed
      ? [
          {
            name: 'outliers',
            evidence: `example ${worst!.example} has ${formatNumber(worst!.value)} in ${worst!.name}, ${formatNumber(worst!.spreads)} spreads from the median; values from ${formatNumber(worst!.low)} to ${formatNumber(worst!.high)} would be expected`,
            fix: fixFor(outliers, worst!.name),
          },
        ]
      : [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function describeFeature([name, found]: [string, Outlier[]]): string {
  const values = found.slice(0, 3).map(({ example, value }) => `${formatNumber(value)} in example ${example}`)
  return `${name} has ${listFirst(values, 3)}${found.length > 3 ? ` and ${found.length - 3} more` : ''} (expected ${formatNumber(found[0]!.low)} to ${formatNumber(found[0]!.high)})`
}

/** The same odd value several times stands for a missing one; several different ones are measurements gone wrong. */
function fixFor(outliers: readonly Outlier[], name: string): string {
  const values = outliers.filter((one) => one.name === name).map(({ value }) => value)
  const [first] = values
  if (values.length > 1 && values.every((value) => value === first)) {
    return `${formatNumber(first!)} is there ${values.length} times: it stands for a missing value; replace it by the median and say so in a column of its own`
  }
  return 'look at these examples: another unit, a slipped decimal point, a placeholder such as -999; correct or drop them, clip at the fences, or take the logarithm of a feature that is meant to spread so far'
}

function findOutliers(table: Table, total: number, seed: number): Outlier[] {
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
  if (values.length < leastValues) return undefined
  let levels = 1
  for (let i = 1; i < values.length && levels < leastLevels; i++) if (values[i] !== values[i - 1]) levels++
  if (levels < leastLevels) return undefined
  const fences = fencesOf(values, count, total)
  // Zero belongs to the data though it is not among the values the fences are of.
  return fences && { ...fences, low: Math.min(fences.low, middle), high: Math.max(fences.high, middle) }
}
