import type { Cause } from '../../diagnosis/cause.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { describe } from '../../training/examples.js'
import { assertCounts, type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

/** The learning rate at each step, counted from 0. */
export type Schedule = (step: number) => number

export interface KeepsLearningRateOptions extends CheckOptions {
  /** Steps of the planned run. */
  steps: number
  /** The share of the steps over which the rate must be kept. Default 0.5. */
  until?: number
  /** The least that must be left of the highest rate so far, as a share of it. Default 0.1. */
  least?: number
}

const defaults = { until: 0.5, least: 0.1 }
/** A tenth of a rate is a tenth whatever its last bits are. */
const rounding = 1e-9

/**
 * Over the first half of the steps the learning rate keeps a tenth of its highest value so far. Karpathy: "do not trust
 * learning rate decay defaults": a decay made for another number of steps, or applied per step instead of per epoch,
 * ends training before it has converged. Warm-up lowers nothing; a rate that comes back within half that time is a
 * restart (Loshchilov & Hutter, 2017). Exact, no training step. Throws where the schedule gives no rate.
 */
export async function checkKeepsLearningRate(
  schedule: Schedule,
  options: KeepsLearningRateOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { steps, until = defaults.until, least = defaults.least, seed = defaultSeed } = options ?? {}
  assertArguments(schedule, { steps, until, least })
  const rates = Float64Array.from({ length: steps }, (_, step) => rateAt(schedule, step))
  const watched = Math.max(1, Math.ceil(until * steps))
  const { lowest, fall } = lookAt(rates, watched, least)
  const highest = rates.subarray(0, watched).reduce((most, rate) => Math.max(most, rate), 0)
  const idle = highest === 0
  const causes = idle ? [causeOfZero(watched, steps)] : fall ? [causeOfFall(rates, fall, least)] : []
  return {
    check: 'keeps-learning-rate',
    stage: 'tune',
    status: causes.length > 0 ? 'failed' : 'passed',
    summary: idle
      ? `The learning rate is 0 over the first ${watched} of ${steps} steps.`
      : fall
        ? `The learning rate falls below ${formatPercent(least)} of its highest value, ${formatNumber(fall.highest)}, at step ${fall.step} of ${steps}; it should keep that much for ${watched} steps.`
        : `The learning rate keeps ${formatPercent(lowest)} of its highest value, ${formatNumber(highest)}, over the first ${watched} of ${steps} steps.`,
    measured: {
      lowest,
      highest,
      ...(fall && { step: fall.step }),
    },
    expected: { lowest: `≥ ${formatNumber(least)} up to step ${watched}` },
    causes,
    curves: { 'learning rate': Array.from(rates) },
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function assertArguments(
  schedule: unknown,
  { steps, until, least }: { steps: number | undefined; until: number; least: number },
): asserts schedule is Schedule {
  if (typeof schedule !== 'function') {
    throw new InvalidArgumentError('subject', describe(schedule), 'a function: (step) => learning rate')
  }
  if (steps === undefined) {
    throw new InvalidArgumentError('options.steps', 'undefined', 'the steps of the planned run')
  }
  assertCounts({ steps })
  for (const [name, share] of Object.entries({ until, least })) {
    if (share > 0 && share <= 1) continue
    throw new InvalidArgumentError(`options.${name}`, describe(share), 'a share above 0 and up to 1')
  }
}

function rateAt(schedule: Schedule, step: number): number {
  const rate: unknown = schedule(step)
  if (typeof rate === 'number' && Number.isFinite(rate) && rate >= 0) return rate
  throw new InvalidArgumentError(
    'schedule',
    `${describe(rate)} at step ${step}`,
    'a learning rate: a finite number, not below 0',
  )
}

interface Fall {
  step: number
  /** The highest rate before it. */
  highest: number
}

/** The lowest share of the highest rate so far within the steps watched, and the first fall that is no restart. */
function lookAt(rates: Float64Array, watched: number, least: number): { lowest: number; fall?: Fall } {
  const isLow = (step: number, highest: number) => rates[step]! < least * highest * (1 - rounding)
  let [highest, lowest] = [0, 1]
  for (let step = 0; step < watched; step++) {
    highest = Math.max(highest, rates[step]!)
    if (highest > 0) lowest = Math.min(lowest, rates[step]! / highest)
    if (!isLow(step, highest)) continue
    let end = step
    while (end < rates.length && isLow(end, highest)) end++
    if (end === rates.length || end - step > watched / 2) return { lowest, fall: { step, highest } }
    for (; step < Math.min(end, watched); step++) lowest = Math.min(lowest, rates[step]! / highest)
    step--
  }
  return { lowest }
}

function causeOfZero(watched: number, steps: number): Cause {
  return {
    name: 'learning-rate-too-low',
    evidence: `the schedule gives 0 at each of the first ${watched} of ${steps} steps: no weight changes`,
    fix: 'let the schedule count steps from 0 to steps - 1, and check for whole-number divisions and a factor of 0',
  }
}

function causeOfFall(rates: Float64Array, { step, highest }: Fall, least: number): Cause {
  const end = rates.findIndex((rate, at) => at >= step && rate === 0)
  const factor = constantFactor(rates, step)
  const fell = `${formatNumber(highest)} at first, below ${formatPercent(least)} of it from step ${step} of ${rates.length} on`
  if (factor !== undefined) {
    return {
      name: 'schedule-decays-early',
      evidence: `${fell}: every step multiplies the rate by ${formatNumber(factor)}, ${formatNumber(factor ** rates.length)} over the whole run`,
      fix: 'decay by that factor once an epoch: initial * factor ** Math.floor(step / stepsPerEpoch); or start with a constant rate, and decay when all else is tuned',
    }
  }
  return {
    name: 'schedule-decays-early',
    evidence: end >= 0 ? `${fell}, 0 from step ${end} on` : fell,
    fix: `give the schedule the steps of this run, ${rates.length}: a decay made for another number of steps or epochs ends too early; or start with a constant rate, and decay when all else is tuned`,
  }
}

/** The factor of an exponential decay by step, undefined where the rate decays otherwise. */
function constantFactor(rates: Float64Array, step: number): number | undefined {
  const [before, rate] = [rates[step - 1] ?? 0, rates[step]!]
  const factor = rate / before
  if (!(factor > 0 && factor < 1)) return undefined
  const first = Math.max(1, Math.floor(step / 2))
  for (let at = first; at < step; at++) {
    if (!(Math.abs(rates[at]! / rates[at - 1]! / factor - 1) < 1e-6)) return undefined
  }
  return first < step ? factor : undefined
}
