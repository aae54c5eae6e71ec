import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { classesOf } from '../../statistics/label-kind.js'
import { allRows, type Points, pointsOf, sampleRows } from '../../statistics/neighbours.js'
import { tablesOf } from '../../statistics/tables.js'
import { type CastSplit, castSplit } from '../../statistics/whole-numbers.js'
import { assertExamples, describe } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { remembered } from '../remembered.js'
import { type CheckResult, skippedResult } from '../result.js'
import { assertJoinable, joinRows } from './joined-tables.js'

export interface SameDistributionOptions extends CheckOptions {
  /** Largest shift allowed, in standard deviations (root of the mean square over features). Default 0.6. */
  maxShift?: number
  /** How many times larger the deviations of one split may be than those of the other. Default 1.6. */
  maxSpread?: number
}

const most = 1000
/** Groups smaller than this say nothing of their mean. */
const leastMembers = 10
/** The squared shift against that of sampling alone: of one single feature χ² with one degree exceeds 20 in 8e-6. */
const leastSurprise = { overall: 20, within: 10, spread: 5 }

/**
 * Training and validation inputs lie in the same place: per feature, the difference of the means in standard
 * deviations, both over all examples and within the classes, so that rarer classes are no shift. 0.5 is a medium effect
 * (Cohen, 1988); MNIST written by others (train against t10k) is 0.3 away. Catches preprocessing or augmentation on one side only,
 * and targets that one side casts to whole numbers.
 */
export function checkSameDistribution(
  train: Examples,
  validation: Examples,
  options: SameDistributionOptions = {},
): Promise<CheckResult> {
  return remembered('same-distribution', [], { ...options, train, validation }, () =>
    compareDistributions(train, validation, options),
  )
}

async function compareDistributions(
  train: Examples,
  validation: Examples,
  options: SameDistributionOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { maxShift = 0.6, maxSpread = 1.6, seed = defaultSeed } = options
  if (!(maxShift >= 0)) {
    throw new InvalidArgumentError('options.maxShift', describe(maxShift), 'standard deviations, 0 or more')
  }
  if (!(maxSpread >= 1)) {
    throw new InvalidArgumentError('options.maxSpread', describe(maxSpread), 'a ratio of 1 or more')
  }
  assertExamples(train, 'train')
  assertExamples(validation, 'validation')
  const trained = tablesOf('xs', train.xs)
  const validated = tablesOf('xs', validation.xs)
  assertJoinable(trained, validated)
  const cast = castTargets(train, validation)
  if (cast) return { ...cast, seed, seconds: (performance.now() - started) / 1000 }
  const some = sampleRows(trained[0]!.rows, most, seed)
  const others = sampleRows(validated[0]!.rows, most, seed)
  const tables = joinRows(trained, some, validated, others)
  const points = pointsOf(tables, allRows(tables), seed)
  const classes = [
    classesOf(tablesOf('ys', train.ys), trained, options.task),
    classesOf(tablesOf('ys', validation.ys), [], options.task),
  ] as const
  const repeats = repeatedRows(points)
  const group = (i: number): number => {
    if (!classes[0] || !classes[1]) return 0
    return i < some.length ? classes[0].of[some[i]!]! : classes[1].of[others[i - some.length]!]!
  }
  const shift = shiftOf(points, some.length, (i) => (repeats[i] ? undefined : group(i)))
  const overall = shiftOf(points, some.length, (i) => (repeats[i] ? undefined : 0))
  if (shift === undefined || overall === undefined) {
    return skippedResult({
      check: 'same-distribution',
      stage: 'data',
      reason: `fewer than ${leastMembers} examples of any class in one of the splits`,
      seed,
    })
  }
  // Labels that do not belong to their inputs move the classes, other shares of the classes the whole: not both.
  const spread = spreadOf(points, some.length, (i) => repeats[i] === true)
  const trend = classes[0] && classes[1] ? undefined : targetShift(train, validation, some, others)
  const follows =
    trend !== undefined &&
    shift.size > maxShift &&
    trend.size > shift.size / 2 &&
    trend.surprise > leastSurprise.overall
  const shifted =
    !follows &&
    shift.size > maxShift &&
    shift.surprise > leastSurprise.within &&
    overall.surprise > leastSurprise.overall
  const spreads =
    !follows &&
    Math.max(spread.ratio, 1 / spread.ratio) > maxSpread &&
    spread.surprise() > leastSurprise.spread
  const otherUnits = !shifted && !spreads && !follows && trend !== undefined && liesElsewhere(trend, maxShift)
  const failed = shifted || spreads || otherUnits
  return {
    check: 'same-distribution',
    stage: 'data',
    status: failed ? 'failed' : 'passed',
    summary: otherUnits
      ? `Inputs lie in the same place, but validation targets lie ${formatNumber(trend.size)} standard deviations from training targets, at most ${formatNumber(maxShift)} was wanted (${some.length} and ${others.length} examples).`
      : spreads && !shifted
        ? `Training inputs vary ${formatNumber(spread.ratio)} times as much as validation inputs, between ${formatNumber(1 / maxSpread)} and ${formatNumber(maxSpread)} was wanted (${some.length} and ${others.length} examples).`
        : failed
          ? `Training and validation inputs lie ${formatNumber(shift.size)} standard deviations apart, at most ${formatNumber(maxShift)} was wanted (${some.length} and ${others.length} examples).`
          : follows
            ? `Validation inputs lie ${formatNumber(shift.size)} standard deviations from training inputs, and their targets ${formatNumber(trend.size)} from training targets: a trend, as of a later time (${some.length} and ${others.length} examples).`
            : `Training and validation inputs lie in the same place: means differ by ${formatNumber(shift.size)} standard deviations (${some.length} and ${others.length} examples).`,
    measured: { shift: shift.size, spread: spread.ratio },
    expected: { shift: `≤ ${formatNumber(maxShift)}`, spread: `≤ ${formatNumber(maxSpread)}` },
    causes: otherUnits
      ? [
          {
            name: 'label-map-mismatch',
            evidence: `means of inputs differ by ${formatNumber(shift.size)} standard deviations, means of targets by ${formatNumber(trend.size)}: they are in other units, or of something else`,
            fix: 'scale the targets of both splits by the same numbers (mean and deviation of the training targets), and undo it in use',
          },
        ]
      : failed
        ? [
            {
              name: 'augmentation-shift',
              evidence:
                spreads && !shifted
                  ? `the standard deviation of training inputs is ${formatNumber(spread.ratio)} times that of validation inputs (${formatNumber(spread.surprise())} standard errors from 1): noise or another scale on one side`
                  : `features of validation examples differ from those of training examples${classes[0] && classes[1] ? ' of the same class' : ''} by ${formatNumber(shift.size)} standard deviations, ${formatNumber(Math.sqrt(shift.surprise))} times what sampling explains`,
              fix: 'send both splits through the same preprocessing (mean and deviation of the training data, the same scale, channel order and orientation); augmentation must keep inputs where real ones are',
            },
          ]
        : [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

const liesElsewhere = ({ size, surprise }: { size: number; surprise: number }, maxShift: number): boolean =>
  size > maxShift && surprise > leastSurprise.overall

/** How far quantities to be predicted lie apart: inputs that follow a trend have targets that follow it too. */
function targetShift(
  train: Examples,
  validation: Examples,
  some: Int32Array,
  others: Int32Array,
): { size: number; surprise: number } | undefined {
  const tables = joinRows(tablesOf('ys', train.ys), some, tablesOf('ys', validation.ys), others)
  return shiftOf(pointsOf(tables, allRows(tables), defaultSeed), some.length, () => 0)
}

/** Targets that are whole numbers in one split only. Found first: it is sure, and inputs need not differ. */
function castTargets(
  train: Examples,
  validation: Examples,
): Omit<CheckResult, 'seed' | 'seconds'> | undefined {
  const others = tablesOf('ys', validation.ys)
  for (const [i, table] of tablesOf('ys', train.ys).entries()) {
    const other = others.find(({ name }) => name === table.name) ?? others[i]
    const found = other && castSplit(table, other)
    if (found) return castResult(table.name, found)
  }
  return undefined
}

function castResult(
  name: string,
  { cast, levels, fractions, error }: CastSplit,
): Omit<CheckResult, 'seed' | 'seconds'> {
  const other = cast === 'training' ? 'validation' : 'training'
  return {
    check: 'same-distribution',
    stage: 'data',
    status: 'failed',
    summary: `The ${cast} targets ${name} are whole numbers, ${formatPercent(fractions)} of the ${other} targets are not.`,
    measured: { levels, fractions },
    expected: { fractions: 'none, or some in both splits' },
    causes: [
      {
        name: 'label-range',
        evidence: `${name}: all ${cast} targets are whole, with ${levels} different values, some below zero; ${formatPercent(fractions)} of the ${other} targets are fractions. Rounding alone is ${formatPercent(error)} of the variance`,
        fix: `leave scaled targets as they are: no toInt(), no dtype 'int32', no rounding after scaling, and one function for both splits`,
      },
    ],
  }
}

/** Root mean square shift of the means between the first `boundary` points and the rest, sampling noise taken out. */
function shiftOf(
  points: Points,
  boundary: number,
  group: (i: number) => number | undefined,
): { size: number; surprise: number } | undefined {
  const { count, width } = points
  const members = new Map<number, [number[], number[]]>()
  for (let i = 0; i < count; i++) {
    const own = group(i)
    if (own === undefined) continue
    const parts = members.get(own) ?? [[], []]
    parts[i < boundary ? 0 : 1]!.push(i)
    members.set(own, parts)
  }
  let [squares, noise, weight] = [0, 0, 0]
  for (const [a, b] of members.values()) {
    if (a.length < leastMembers || b.length < leastMembers) continue
    const [one, other] = [momentsOf(points, a), momentsOf(points, b)]
    let sum = 0
    for (let k = 0; k < width; k++) {
      const variance = Math.max((one.variances[k]! + other.variances[k]!) / 2, 1e-6)
      sum += Math.min((one.means[k]! - other.means[k]!) ** 2 / variance, 1e6)
    }
    const size = a.length + b.length
    squares += (size * sum) / width
    noise += size * (1 / a.length + 1 / b.length)
    weight += size
  }
  if (weight === 0) return undefined
  return { size: Math.sqrt(Math.max(0, squares - noise) / weight), surprise: squares / noise }
}

/** Ratio of the deviations of the first `boundary` points to those of the rest, as a geometric mean over features. */
function spreadOf(
  points: Points,
  boundary: number,
  isRepeat: (i: number) => boolean,
): { ratio: number; surprise: () => number } {
  const rows = Array.from({ length: points.count }, (_, i) => i).filter((i) => !isRepeat(i))
  const [a, b] = [rows.filter((i) => i < boundary), rows.filter((i) => i >= boundary)]
  const [one, other] = [momentsOf(points, a), momentsOf(points, b)]
  const used: number[] = []
  let sum = 0
  for (let k = 0; k < points.width; k++) {
    const [variance, otherVariance] = [one.variances[k]!, other.variances[k]!]
    if (!(variance > 1e-6) || !(otherVariance > 1e-6)) continue
    sum += 0.5 * Math.log(variance / otherVariance)
    used.push(k)
  }
  if (used.length === 0) return { ratio: 1, surprise: () => 0 }
  return {
    ratio: Math.exp(sum / used.length),
    // Asked of few: fourth powers take their time. Features may go together: their errors are taken as those of one.
    surprise() {
      const [error, otherError] = [logErrorsOf(points, a, one), logErrorsOf(points, b, other)]
      const noise = used.reduce((total, k) => total + Math.sqrt(error[k]! ** 2 + otherError[k]! ** 2), 0)
      return Math.abs(sum) / Math.max(noise, 1e-9)
    },
  }
}

/** Copies of an earlier row: they add nothing to what is known of a mean. */
function repeatedRows({ values, count, width }: Points): boolean[] {
  // Copies have the same sum, weighted by column; few other rows do.
  const bySum = new Map<number, number[]>()
  const same = (a: number, b: number) => {
    for (let k = 0; k < width; k++) if (values[a * width + k] !== values[b * width + k]) return false
    return true
  }
  return Array.from({ length: count }, (_, i) => {
    let sum = 0
    for (let k = 0; k < width; k++) sum += (k + 1) * values[i * width + k]!
    const alike = bySum.get(sum)
    if (alike?.some((other) => same(i, other))) return true
    if (alike) alike.push(i)
    else bySum.set(sum, [i])
    return false
  })
}

interface Moments {
  means: Float64Array
  variances: Float64Array
}

/** Of each column, over some rows. */
function momentsOf({ values, width }: Points, rows: readonly number[]): Moments {
  const means = new Float64Array(width)
  const variances = new Float64Array(width)
  for (const row of rows) {
    for (let k = 0; k < width; k++) {
      const value = values[row * width + k]!
      means[k]! += value
      variances[k]! += value * value
    }
  }
  for (let k = 0; k < width; k++) {
    const mean = means[k]! / rows.length
    means[k] = mean
    variances[k] = Math.max(0, variances[k]! / rows.length - mean * mean)
  }
  return { means, variances }
}

/** The standard error of the logarithm of each column's deviation, from its kurtosis. */
function logErrorsOf(
  { values, width }: Points,
  rows: readonly number[],
  { means, variances }: Moments,
): Float64Array {
  const fourths = new Float64Array(width)
  for (const row of rows)
    for (let k = 0; k < width; k++) fourths[k]! += (values[row * width + k]! - means[k]!) ** 4
  return fourths.map((fourth, k) => {
    const kurtosis = variances[k]! > 0 ? fourth / rows.length / variances[k]! ** 2 : 3
    return Math.sqrt(Math.max(kurtosis - 1, 0.5) / (4 * rows.length))
  })
}
