import type { Cause } from '../../diagnosis/cause.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { type EndSlope, endSlope, leastEnd } from '../../statistics/end-slope.js'
import { assertExamples, describe } from '../../training/examples.js'
import { lossOf } from '../../training/measure.js'
import { runPlan } from '../../training/planned-run.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import type { CheckResult } from '../result.js'

/** Losses in order, a run that recorded them (that of the fixture `train`), or a program to train. */
export type ConvergenceSubject = readonly number[] | { losses: readonly number[] } | Subject

export interface HasConvergedOptions extends CheckOptions {
  /** Part of the run that is looked at, at its end. Default 0.2, but at least 24 losses. */
  share?: number
  /** The fall that would go on for as long again as the part looked at may be this large. Default 0.01: 1 %. */
  gain?: number
  /** The chance that a loss that is level is called falling. Default 0.01. */
  alpha?: number
  /** Steps from one loss to the next, where losses are given. Default 1. */
  every?: number
  /** To train a program: examples, steps (default 1000), examples per step (default 32). */
  train?: Examples
  steps?: number
  batchSize?: number
  /** With `train`: its loss on these, at 100 looks, instead of the training loss. */
  validation?: Examples
}

const validationLooks = 100

/**
 * The loss has stopped falling (Karpathy's step 6, squeeze out the juice: "leave it training"): the slope of its last
 * fifth is not significantly negative, or what it promises is less than 1 %. A loss that rises has converged, too.
 */
export async function checkHasConverged(
  subject: ConvergenceSubject,
  options: HasConvergedOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, share = 0.2, gain = 0.01, alpha = 0.01 } = options
  assertShares({ share, gain, alpha })
  const { losses, every, cut, what } = await lossesOf(subject, options)
  const strange = losses.findIndex((loss) => typeof loss !== 'number')
  if (strange >= 0) {
    throw new InvalidArgumentError(
      'losses',
      `${describe(losses[strange])} at ${strange}`,
      'numbers, in order',
    )
  }
  const broken = losses.findIndex((loss) => !Number.isFinite(loss))
  const looked = Math.min(losses.length, Math.max(leastEnd, Math.round(share * losses.length)))
  if (broken < 0 && losses.length < leastEnd) {
    throw new InvalidArgumentError(
      'losses',
      `${losses.length} of them`,
      `at least ${leastEnd}: fewer cannot tell noise from a fall`,
    )
  }
  const end = broken < 0 ? endSlope(losses.slice(-looked)) : undefined
  const left = end ? gainLeft(end) : Number.NaN
  const falls = end !== undefined && end.p < alpha && left >= gain
  const failed = falls || broken >= 0 || cut
  return {
    check: 'has-converged',
    stage: 'squeeze',
    status: failed ? 'failed' : 'passed',
    summary: cut
      ? `Stopped before the test's time ran out, after ${losses.length * every} steps. ${moreTime}`
      : end === undefined
        ? `The ${what} is ${losses[broken]} at step ${broken * every}.`
        : `${describeEnd(end, what, every)}${falls ? `: as many steps again would lower it by about ${formatPercent(left)}, to ${formatNumber(end.level * (1 - left))}` : ''}.`,
    measured: end
      ? { slope: end.slope / every, p: end.p, gain: Math.max(0, left), steps: losses.length * every }
      : { steps: broken * every },
    expected: { gain: `< ${formatPercent(gain)}`, or: `p ≥ ${formatNumber(alpha)}` },
    causes: falls ? [causeOfFall(end, left, every, looked)] : broken >= 0 ? [diverged(broken * every)] : [],
    curves: { loss: [...losses] },
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

interface Losses {
  losses: readonly number[]
  /** Steps from one to the next. */
  every: number
  cut: boolean
  what: 'loss' | 'training loss' | 'validation loss'
}

async function lossesOf(subject: ConvergenceSubject, options: HasConvergedOptions): Promise<Losses> {
  const given = options.every ?? 1
  assertCounts({ every: given })
  if (Array.isArray(subject)) return { losses: subject as number[], every: given, cut: false, what: 'loss' }
  const { losses } = (subject ?? {}) as { losses?: unknown }
  if (Array.isArray(losses))
    return { losses: losses as number[], every: given, cut: false, what: 'training loss' }
  const { train, validation, steps = 1000, batchSize, seed = defaultSeed } = options
  assertCounts({ steps, batchSize })
  if (train === undefined) {
    throw new InvalidArgumentError(
      'subject',
      describe(subject),
      'losses in order, a run with losses, or a program with options.train',
    )
  }
  assertExamples(train, 'options.train')
  if (validation) assertExamples(validation, 'options.validation')
  const every = Math.max(1, Math.floor(steps / validationLooks))
  const seen: number[] = []
  const run = await runPlan(
    { create: subject as Subject, train, ...(batchSize !== undefined && { batchSize }) },
    {
      ...controlOf(options),
      seed,
      steps,
      ...(validation && {
        look: {
          every,
          see(program) {
            seen.push(lossOf(program, validation))
            return undefined
          },
        },
      }),
    },
  )
  run.program.dispose()
  return {
    ...(validation
      ? { losses: seen, every, what: 'validation loss' as const }
      : { losses: run.losses, every: 1, what: 'training loss' as const }),
    cut: wasCutShort(run.end),
  }
}

/** What the line promises for as long again as it was looked at, as a share of the level at its end. */
function gainLeft({ slope, count, logarithmic, level }: EndSlope): number {
  return logarithmic ? -Math.expm1(slope * count) : (-slope * count) / Math.abs(level || 1)
}

function describeEnd(
  { slope, upper, count, logarithmic, level, p }: EndSlope,
  what: string,
  every: number,
): string {
  const over = (perValue: number) =>
    logarithmic
      ? formatPercent(Math.abs(Math.expm1(perValue * count)))
      : formatNumber(Math.abs(perValue * count))
  const sure = upper < 0 ? `, ${over(upper)} at least` : slope < 0 ? ', level within its error' : ''
  return `Over its last ${count * every} steps the ${what} ${slope < 0 ? 'falls' : 'rises'} by ${over(slope)}${sure}, to ${formatNumber(level)} (p = ${formatNumber(Number(p.toPrecision(2)))})`
}

function causeOfFall(end: EndSlope, left: number, every: number, looked: number): Cause {
  return {
    name: 'stopped-too-early',
    evidence: `in its last ${looked * every} steps the loss still falls, by ${formatPercent(left)}; a level loss would look like that with a chance of ${formatNumber(Number(end.p.toPrecision(2)))}`,
    fix: 'leave it training: more steps, until the loss is level over a fifth of the run; then decay the learning rate. With a validation loss that still falls, patience or steps are too small',
  }
}

const diverged = (step: number): Cause => ({
  name: 'diverging-loss',
  evidence: `the loss is not finite from step ${step} on`,
  fix: 'lower the learning rate, clip the gradients, and look for log(0) and divisions by 0',
})

function assertShares(shares: Record<string, number>): void {
  for (const [name, value] of Object.entries(shares)) {
    if (value > 0 && value <= 1) continue
    throw new InvalidArgumentError(`options.${name}`, describe(value), 'a number above 0 and up to 1')
  }
}
