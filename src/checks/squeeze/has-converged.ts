import type { Cause } from '../../diagnosis/cause.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { type EndSlope, endSlope, leastEnd } from '../../statistics/end-slope.js'
import { assertExamples, describe } from '../../training/examples.js'
import { lossOf } from '../../training/measure.js'
import { runPlan } from '../../training/planned-run.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
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
  /** With `train`: its loss on these instead of the training loss, after each hundredth of the steps at the end. */
  validation?: Examples
}

/** Looks at the validation examples there would be if they were looked at all the time, not only at the end. */
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
  const { losses, every, steps, broken, cut, what, curves } = await lossesOf(subject, { ...options, share })
  if (!broken && !cut && losses.length < leastEnd) {
    throw new InvalidArgumentError(
      'losses',
      `${losses.length} of them`,
      `at least ${leastEnd}: fewer cannot tell noise from a fall`,
    )
  }
  const end = broken || losses.length < leastEnd ? undefined : endSlope(losses)
  const left = end ? gainLeft(end) : Number.NaN
  const falls = end !== undefined && end.p < alpha && left >= gain
  const failed = falls || broken !== undefined || cut
  return {
    check: 'has-converged',
    stage: 'squeeze',
    status: failed ? 'failed' : 'passed',
    summary: cut
      ? `Stopped before the test's time ran out, after ${steps} steps. ${moreTime}`
      : broken
        ? `The ${what} is ${broken.loss} at step ${broken.step}.`
        : `${describeEnd(end!, what, every)}${falls ? `: as many steps again would lower it by about ${formatPercent(left)}, to ${formatNumber(end.level * (1 - left))}` : ''}.`,
    measured: end
      ? { slope: end.slope / every, p: end.p, gain: Math.max(0, left), steps }
      : { steps: broken?.step ?? steps },
    expected: { gain: `< ${formatPercent(gain)}`, or: `p ≥ ${formatNumber(alpha)}` },
    causes: falls ? [causeOfFall(end, left, every)] : broken ? [diverged(broken.step)] : [],
    curves,
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

interface Losses {
  /** Those that are looked at, the last ones. */
  losses: readonly number[]
  /** Steps from one to the next. */
  every: number
  /** Steps made. */
  steps: number
  /** The first loss that is not finite. */
  broken: { loss: number; step: number } | undefined
  cut: boolean
  what: 'loss' | 'training loss' | 'validation loss'
  curves: Record<string, number[]>
}

/** How many of the losses are looked at, at the end of the run. */
const atEnd = (share: number, count: number) => Math.min(count, Math.max(leastEnd, Math.round(share * count)))

async function lossesOf(
  subject: ConvergenceSubject,
  options: HasConvergedOptions & { share: number },
): Promise<Losses> {
  const { share } = options
  const given = options.every ?? 1
  assertCounts({ every: given })
  if (Array.isArray(subject)) return known(subject, { every: given, what: 'loss' }, share)
  const { losses } = (subject ?? {}) as { losses?: unknown }
  if (Array.isArray(losses)) return known(losses, { every: given, what: 'training loss' }, share)
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
  const looks = validation && looksAt(validation, steps, share)
  const run = await runPlan(
    { create: subject as Subject, train, ...(batchSize !== undefined && { batchSize }) },
    { ...controlOf(options), seed, steps, ...(looks && { look: looks }) },
  )
  run.program.dispose()
  const cut = wasCutShort(run.end)
  const training = { ...known(run.losses, { every: 1, what: 'training loss' }, share), cut }
  if (!looks || training.broken) return training
  const { steps: made, curves } = training
  const { broken, ...seen } = known(looks.losses, { every: looks.every, what: 'validation loss' }, 1)
  return {
    ...seen,
    steps: made,
    broken: broken && { ...broken, step: looks.first + broken.step },
    cut,
    curves,
  }
}

function known(
  all: readonly unknown[],
  { every, what }: Pick<Losses, 'every' | 'what'>,
  share: number,
): Losses {
  const strange = all.findIndex((loss) => typeof loss !== 'number')
  if (strange >= 0) {
    throw new InvalidArgumentError('losses', `${describe(all[strange])} at ${strange}`, 'numbers, in order')
  }
  const losses = all as readonly number[]
  const at = losses.findIndex((loss) => !Number.isFinite(loss))
  return {
    losses: losses.slice(-atEnd(share, losses.length)),
    every,
    steps: losses.length * every,
    broken: at < 0 ? undefined : { loss: losses[at]!, step: at * every },
    cut: false,
    what,
    curves: { loss: [...losses] },
  }
}

/** Looks at the validation loss at the end of the run, as often as the slope there needs it. */
function looksAt(validation: Examples, steps: number, share: number) {
  const every = Math.max(1, Math.floor(steps / validationLooks))
  const count = Math.floor(steps / every) + 1
  const first = (count - atEnd(share, count)) * every
  const losses: number[] = []
  return {
    every,
    first,
    losses,
    see(program: Trainable): undefined {
      losses.push(lossOf(program, validation))
    },
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

function causeOfFall(end: EndSlope, left: number, every: number): Cause {
  return {
    name: 'stopped-too-early',
    evidence: `in its last ${end.count * every} steps the loss still falls, by ${formatPercent(left)}; a level loss would look like that with a chance of ${formatNumber(Number(end.p.toPrecision(2)))}`,
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
