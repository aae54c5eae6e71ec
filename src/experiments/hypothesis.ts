import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import { isLowerBetter, isShare, type MetricName } from '../training/metric.js'

/** What a change is said to do to a metric on the validation examples. */
export interface Hypothesis {
  metric: MetricName
  /** `keeps`: the metric changes by less than `by`, in either direction. */
  effect: 'lowers' | 'raises' | 'keeps'
  /** Least change of a claim that the metric falls or rises; most change of one that it is kept. */
  by: number
  /** `relative`: `by` is a share of what the metric is without the change. */
  unit: 'relative' | 'absolute'
}

/** Without a number a claim means this much: a change nobody would notice is none. */
const leastRelative = 0.01
const leastPoints = 0.005

const form =
  /^(lowers|reduces|raises|improves|keeps)\s+(?:the\s+)?(?:validation\s+)?([\w.-]+)(?:\s+(?:by|within)\s*(?:at least\s+)?(?:≥|>=|≤|<=|±)?\s*(\d+(?:\.\d+)?|\.\d+)\s*(%|points?|percent)?)?$/i

const examplesOfForm =
  "'lowers validation loss by ≥ 2 %', 'raises validation accuracy by ≥ 1 point', 'keeps validation loss within 3 %'"

/**
 * Reads a hypothesis: `lowers`, `raises`, `improves` or `keeps`, a metric, and by how much. Percent of a loss is
 * relative to the loss without the change; percent of a metric that is a share, such as accuracy, is in points. Without
 * a number: 1 %, half a point for shares. Throws `InvalidArgumentError` with examples when it cannot be read.
 */
export function readHypothesis(given: string | Hypothesis, argument = 'hypothesis'): Hypothesis {
  if (typeof given === 'object' && given !== null) return assertHypothesis(given, argument)
  const match = typeof given === 'string' ? form.exec(given.trim()) : null
  if (!match) throw new InvalidArgumentError(argument, describe(given), `a claim such as ${examplesOfForm}`)
  const [, verb = '', metric = '', amount, sign] = match
  const unit = isShare(metric) || (amount !== undefined && sign === undefined) ? 'absolute' : 'relative'
  const usual = unit === 'relative' || !isShare(metric) ? leastRelative : leastPoints
  const number = amount === undefined ? usual : Number(amount) / (sign === undefined ? 1 : 100)
  return assertHypothesis(
    { metric, effect: effectOf(verb.toLowerCase(), metric), by: number, unit },
    argument,
  )
}

function effectOf(verb: string, metric: MetricName): Hypothesis['effect'] {
  if (verb === 'keeps' || verb === 'raises') return verb
  return verb === 'improves' && !isLowerBetter(metric) ? 'raises' : 'lowers'
}

function assertHypothesis(hypothesis: Hypothesis, argument: string): Hypothesis {
  const { metric, effect, by, unit } = hypothesis
  if (typeof metric !== 'string') {
    throw new InvalidArgumentError(
      `${argument}.metric`,
      describe(metric),
      "'loss', 'accuracy' or another metric",
    )
  }
  if (!['lowers', 'raises', 'keeps'].includes(effect)) {
    throw new InvalidArgumentError(`${argument}.effect`, describe(effect), "'lowers', 'raises' or 'keeps'")
  }
  if (!['relative', 'absolute'].includes(unit)) {
    throw new InvalidArgumentError(`${argument}.unit`, describe(unit), "'relative' or 'absolute'")
  }
  const least = effect === 'keeps' ? Number.MIN_VALUE : 0
  if (typeof by !== 'number' || !(by >= least && (unit === 'absolute' ? by < Infinity : by < 1))) {
    throw new InvalidArgumentError(
      `${argument}.by`,
      describe(by),
      effect === 'keeps'
        ? 'how far it may change, above 0'
        : 'by how much, 0 or more; a relative change is below 100 %',
    )
  }
  return hypothesis
}

/** A hypothesis in words. */
export function sayHypothesis({ metric, effect, by, unit }: Hypothesis): string {
  const size =
    unit === 'relative' ? `${percentOf(by)} %` : isShare(metric) ? `${percentOf(by)} points` : String(by)
  return effect === 'keeps'
    ? `keeps validation ${metric} within ${size}`
    : `${effect} validation ${metric} by ≥ ${size}`
}

const percentOf = (share: number): number => Number((share * 100).toPrecision(4))

/**
 * The effect of a change under one seed, on the scale where the hypothesis is tested; positive is in its direction.
 * Relative effects are differences of logarithms, so that halving and doubling weigh the same; undefined where the
 * metric is not positive and a relative change means nothing.
 */
export function effectUnderSeed(
  { effect, unit }: Hypothesis,
  without: number,
  withChange: number,
): number | undefined {
  const sign = effect === 'lowers' ? 1 : -1
  if (unit === 'absolute') return sign * (without - withChange)
  return without > 0 && withChange > 0 ? sign * Math.log(without / withChange) : undefined
}

/** The bounds of a hypothesis on the scale of `effectUnderSeed`. */
export function boundsOf({ effect, by, unit }: Hypothesis): { least: number; most: number } {
  if (unit === 'absolute')
    return effect === 'keeps' ? { least: -by, most: by } : { least: by, most: Infinity }
  switch (effect) {
    case 'lowers':
      return { least: -Math.log1p(-by), most: Infinity }
    case 'raises':
      return { least: Math.log1p(by), most: Infinity }
    case 'keeps':
      return { least: Math.log1p(-by), most: Math.log1p(by) }
  }
}

/** An effect in words, signed as the metric moves: '-3.1 %', '+1.2 points'. */
export function sayEffect({ metric, effect, unit }: Hypothesis, value: number): string {
  const moved = effect === 'lowers' ? -value : value
  const number = unit === 'relative' ? Math.expm1(moved) * 100 : isShare(metric) ? moved * 100 : moved
  if (!Number.isFinite(number)) return number > 0 ? '+∞' : '-∞'
  const digits = Number(number.toPrecision(3))
  const ending = unit === 'relative' ? ' %' : isShare(metric) ? ' points' : ''
  return `${digits >= 0 ? '+' : ''}${digits}${ending}`
}
