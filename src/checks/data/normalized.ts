import { causeOfScale, type OffScale } from '../../diagnosis/unnormalized.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber } from '../../figures/number.js'
import { type FeatureMoments, featureMoments, overallMoments } from '../../statistics/feature-moments.js'
import { featureName, plural, type Table, tablesOf } from '../../statistics/tables.js'
import { assertExamples, describe } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { type Cause, type CheckResult, skippedResult } from '../result.js'

export interface NormalizedOptions extends CheckOptions {
  /** The mean each feature should have. With `std` or alone. */
  mean?: number
  /** The standard deviation each feature should have. */
  std?: number
  /** Allowed distance from `mean` and of `std`, in parts of `std`. Default 0.2, and four standard errors. */
  tolerance?: number
  /** The range the values should fill: [0, 1], [-1, 1], [0, 255]. Instead of `mean` and `std`. */
  range?: readonly [low: number, high: number]
}

/** Without a wish: the bounds that standardised, 0..1 and -1..1 data are all far inside. */
const loose = { mean: 5, deviation: 10, bound: 1.001, least: 0.02 }

/**
 * Inputs are on the scale that initialisers are made for: per feature of tables and sequences, per channel of
 * pictures. With `mean`/`std` or `range` exactly so; without, mean and deviation of each feature at most 5 and 10, and its
 * largest value at least 0.02. Inputs of type int32 are ids and left out. One pass over all values.
 */
export async function checkNormalized(
  examples: Examples,
  options: NormalizedOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  assertOptions(options)
  assertExamples(examples, 'examples')
  const inputs = tablesOf('xs', examples.xs)
  const tables = inputs.filter(
    ({ dtype, shape }) => dtype === 'float32' || (dtype === 'int32' && shape.length === 4),
  )
  if (tables.length === 0) {
    const reason = 'all inputs are of type int32 or bool: ids, which have no scale'
    return skippedResult({ check: 'normalized', stage: 'data', reason, seed })
  }
  const measured = tables.map((table) => ({ table, features: featureMoments(table) }))
  const off = measured.flatMap(({ table, features }) => offScale(table, features, options))
  const constant = measured.flatMap(({ table, features }) =>
    features
      .filter(({ deviation }) => deviation === 0)
      .map(({ feature }) => (features.length > 1 ? `${feature}` : table.name)),
  )
  const total = measured.reduce((sum, { features }) => sum + features.length, 0)
  const allConstant = tables[0]!.rows > 1 && !examplesDiffer(inputs)
  const overall = overallMoments(measured.flatMap(({ features }) => features))
  const causes: Cause[] = allConstant
    ? [
        {
          name: 'constant-inputs',
          evidence: `all ${tables[0]!.rows} examples have the same inputs (mean of the features: ${measured[0]!.features
            .slice(0, 4)
            .map(({ mean }) => formatNumber(mean))
            .join(', ')})`,
          fix: 'look at how the inputs are made: a buffer that was never filled, a division that rounds to 0, one example repeated',
        },
      ]
    : off.map(causeOfScale)
  const constantPart =
    constant.length > 0 && !allConstant
      ? ` Constant: ${constant.length} of ${total} features (${constant.slice(0, 5).join(', ')}${constant.length > 5 ? ' …' : ''}).`
      : ''
  return {
    check: 'normalized',
    stage: 'data',
    status: causes.length === 0 ? 'passed' : 'failed',
    summary: allConstant
      ? `All ${tables[0]!.rows} examples have the same inputs: ${plural(total, 'feature')} that never change.`
      : off.length > 0
        ? `${off.map(describeOff).join(' ')}${constantPart}`
        : `${plural(total, 'feature')} on scale: mean ${formatNumber(overall.mean)}, standard deviation ${formatNumber(overall.deviation)}, from ${formatNumber(overall.smallest)} to ${formatNumber(overall.largest)}.${constantPart}`,
    measured: {
      mean: overall.mean,
      std: overall.deviation,
      smallest: overall.smallest,
      largest: overall.largest,
      offScale: off.reduce((sum, { features }) => sum + features.length, 0),
      constant: constant.length,
    },
    expected: expectation(options),
    causes,
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function offScale(table: Table, features: FeatureMoments[], options: NormalizedOptions): OffScale[] {
  const { mean, std, range } = options
  const varying = features.filter(({ deviation }) => deviation > 0)
  const overall = overallMoments(features)
  if (varying.length === 0) return []
  const found: OffScale[] = []
  const add = (kind: OffScale['kind'], list: FeatureMoments[]) => {
    if (list.length > 0) found.push({ table, kind, features: list, overall, all: features.length })
  }
  if (range) {
    const slack = 1e-3 * (range[1] - range[0])
    add(
      'outside',
      varying.filter(({ smallest, largest }) => smallest < range[0] - slack || largest > range[1] + slack),
    )
    const share = (overall.largest - overall.smallest) / (range[1] - range[0])
    if (found.length === 0 && share < 0.1) add('small', varying)
    return found
  }
  if (mean !== undefined || std !== undefined) {
    const { tolerance = 0.2 } = options
    const count = (table.rows * table.width) / features.length
    add(
      'not-standard',
      varying.filter((one) => {
        const unit = std ?? one.deviation
        const allowed = (tolerance + 4 / Math.sqrt(Math.min(count, table.rows))) * unit
        return (
          (mean !== undefined && Math.abs(one.mean - mean) > allowed) ||
          (std !== undefined && Math.abs(one.deviation - std) > allowed)
        )
      }),
    )
    return found
  }
  add(
    'large',
    varying.filter(
      (one) =>
        !(Math.max(-one.smallest, one.largest) <= loose.bound) &&
        (Math.abs(one.mean) > loose.mean || one.deviation > loose.deviation),
    ),
  )
  const small = varying.filter(({ smallest, largest }) => Math.max(-smallest, largest) < loose.least)
  // Channels and columns that are nearly empty beside full ones are data; a picture as a whole is not.
  add(
    'small',
    table.shape.length === 2 && table.width < 64 ? small : small.length === varying.length ? small : [],
  )
  return found
}

/** Whether any example has other inputs than the first: the pixels of one picture repeated differ among each other. */
function examplesDiffer(tables: Table[]): boolean {
  return tables.some(({ values, rows, width }) => {
    for (let row = 1; row < rows; row++) {
      for (let k = 0; k < width; k++) if (values[row * width + k] !== values[k]) return true
    }
    return false
  })
}

function describeOff({ table, kind, features, all, overall }: OffScale): string {
  const [first] = features as [FeatureMoments, ...FeatureMoments[]]
  const which =
    features.length === 1
      ? featureName(table, first.feature)
      : `${features.length} of ${all} ${table.shape.length > 3 ? 'channels' : 'features'} of ${table.name} (${features
          .slice(0, 5)
          .map(({ feature }) => feature)
          .join(', ')}${features.length > 5 ? ' …' : ''})`
  const numbers = `mean ${formatNumber(first.mean)}, standard deviation ${formatNumber(first.deviation)}, from ${formatNumber(first.smallest)} to ${formatNumber(first.largest)}`
  const what = {
    large: 'not normalized',
    small: 'so small that the model hardly sees it',
    outside: 'outside the range',
    'not-standard': 'not standardised as wanted',
  }[kind]
  return features.length === all && all > 1 && kind === 'small'
    ? `${table.name} is ${what}: from ${formatNumber(overall.smallest)} to ${formatNumber(overall.largest)}.`
    : `${which}: ${what}; ${features.length > 1 ? 'the first has ' : ''}${numbers}.`
}

function expectation({
  mean,
  std,
  range,
  tolerance = 0.2,
}: NormalizedOptions): Record<string, number | string> {
  if (range) return { range: `${formatNumber(range[0])} … ${formatNumber(range[1])}` }
  if (mean !== undefined || std !== undefined) {
    return { ...(mean !== undefined && { mean }), ...(std !== undefined && { std }), tolerance }
  }
  return { mean: `within ±${loose.mean}`, std: `≤ ${loose.deviation}`, largest: `≥ ${loose.least}` }
}

function assertOptions({ mean, std, range, tolerance }: NormalizedOptions): void {
  const refuse = (name: string, value: unknown, wanted: string) => {
    throw new InvalidArgumentError(`options.${name}`, describe(value), wanted)
  }
  if (mean !== undefined && !Number.isFinite(mean)) refuse('mean', mean, 'a finite number, such as 0')
  if (std !== undefined && !(std > 0)) refuse('std', std, 'a positive number, such as 1')
  if (tolerance !== undefined && !(tolerance >= 0))
    refuse('tolerance', tolerance, 'a share of std, such as 0.2')
  if (range === undefined) return
  if (!Array.isArray(range) || range.length !== 2 || !(range[0] < range[1])) {
    refuse('range', range, 'the smallest and the largest value, such as [0, 1]')
  }
  if (mean !== undefined || std !== undefined) refuse('range', range, 'either range or mean and std')
}
