import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { classesOf } from '../../statistics/label-kind.js'
import { type Points, pointsOf, sampleRows } from '../../statistics/neighbours.js'
import { tablesOf } from '../../statistics/tables.js'
import { type CastSplit, castSplit } from '../../statistics/whole-numbers.js'
import { assertExamples, describe } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { remembered } from '../remembered.js'
import { type CheckResult, skippedResult } from '../result.js'
import { joinTables } from './disjoint.js'

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
  const tables = joinTables(trained, tablesOf('xs', validation.xs))
  const cast = castTargets(train, validation)
  if (cast) return { ...cast, seed, seconds: (performance.now() - started) / 1000 }
  const boundary = trained[0]!.rows
  const some = sampleRows(boundary, most, seed)
  const others = sampleRows(tables[0]!.rows - boundary, most, seed)
  const points = pointsOf(tables, [...some, ...others.map((row) => row + boundary)], seed)
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
    !follows && Math.max(spread.ratio, 1 / spread.ratio) > maxSpread && spread.surprise > leastSurprise.spread
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
                  ? `the standard deviation of training inputs is ${formatNumber(spread.ratio)} times that of validation inputs (${formatNumber(spread.surprise)} standard errors from 1): noise or another scale on one side`
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
  some: ArrayLike<number>,
  others: ArrayLike<number>,
): { size: number; surprise: number } | undefined {
  const trained = tablesOf('ys', train.ys)
  const tables = joinTables(trained, tablesOf('ys', validation.ys))
  const rows = [...Array.from(some), ...Array.from(others, (row) => row + trained[0]!.rows)]
  return shiftOf(pointsOf(tables, rows, defaultSeed), some.length, () => 0)
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
  { values, count, width }: Points,
  boundary: number,
  group: (i: number) => number | undefined,
): { size: number; surprise: number } | undefined {
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
    let sum = 0
    for (let k = 0; k < width; k++) {
      const [one, other] = [moments(values, width, k, a), moments(values, width, k, b)]
      const variance = Math.max((one.variance + other.variance) / 2, 1e-6)
      sum += Math.min((one.mean - other.mean) ** 2 / variance, 1e6)
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
  { values, count, width }: Points,
  boundary: number,
  isRepeat: (i: number) => boolean,
): { ratio: number; surprise: number } {
  const rows = Array.from({ length: count }, (_, i) => i).filter((i) => !isRepeat(i))
  const [a, b] = [rows.filter((i) => i < boundary), rows.filter((i) => i >= boundary)]
  let [sum, noise, used] = [0, 0, 0]
  for (let k = 0; k < width; k++) {
    const [one, other] = [moments(values, width, k, a), moments(values, width, k, b)]
    if (!(one.variance > 1e-6) || !(other.variance > 1e-6)) continue
    sum += 0.5 * Math.log(one.variance / other.variance)
    noise += Math.sqrt(one.logError ** 2 + other.logError ** 2)
    used++
  }
  if (used === 0) return { ratio: 1, surprise: 0 }
  // Features may go together: their errors are taken as those of one.
  return { ratio: Math.exp(sum / used), surprise: Math.abs(sum) / Math.max(noise, 1e-9) }
}

/** Copies of an earlier row: they add nothing to what is known of a mean. */
function repeatedRows({ values, count, width }: Points): boolean[] {
  const seen = new Set<string>()
  return Array.from({ length: count }, (_, i) => {
    const key = values.subarray(i * width, (i + 1) * width).join()
    const known = seen.has(key)
    seen.add(key)
    return known
  })
}

function moments(values: Float64Array, width: number, column: number, rows: readonly number[]) {
  let [sum, total] = [0, 0]
  for (const row of rows) {
    const value = values[row * width + column]!
    sum += value
    total += value * value
  }
  const mean = sum / rows.length
  const variance = Math.max(0, total / rows.length - mean * mean)
  let fourth = 0
  for (const row of rows) fourth += (values[row * width + column]! - mean) ** 4
  const kurtosis = variance > 0 ? fourth / rows.length / variance ** 2 : 3
  // The standard error of the logarithm of a deviation.
  return { mean, variance, logError: Math.sqrt(Math.max(kurtosis - 1, 0.5) / (4 * rows.length)) }
}
