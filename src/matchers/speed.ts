import type { MatcherState } from 'vitest'
import { moreTime } from '../checks/options.js'
import type { CheckResult } from '../checks/result.js'
import {
  assertPositive,
  checkPredictsWithin,
  checkTrainsAtLeast,
  type PredictsWithinOptions,
  type SpeedOptions,
  samplingOf,
  type TrainsAtLeastOptions,
} from '../checks/squeeze/fast-enough.js'
import { defaultSeed } from '../default-seed.js'
import type { Cause } from '../diagnosis/cause.js'
import { formatNumber, formatPercent } from '../figures/number.js'
import { runningTest } from '../snapshots/matcher-state.js'
import { readBaseline, type SpeedBaseline, speedFile, writeBaseline } from '../speed/baselines.js'
import { machineName } from '../speed/machine.js'
import { type Sampled, sampleRatio, sampleTime } from '../speed/sampling.js'
import { predictionsOf, referenceWork, stepsOf } from '../speed/work.js'
import type { Interval } from '../statistics/median-interval.js'
import { assertExamples, countExamples } from '../training/examples.js'
import { openProgram } from '../training/open.js'
import type { Examples, Subject } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'
import { nameAndOptions } from './picture-matcher.js'

/** `expect(create).toTrainAtLeast({ examplesPerSecond: 5000 }, batch)` */
export async function toTrainAtLeast(
  this: MatcherState,
  subject: Subject,
  wanted: TrainsAtLeastOptions,
  batch: Examples,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toTrainAtLeast', (control) =>
    checkTrainsAtLeast(subject, batch, { ...control, ...wanted }),
  )
}

/** `expect(model).toPredictWithin({ milliseconds: 20 }, batch)` */
export async function toPredictWithin(
  this: MatcherState,
  subject: Subject,
  wanted: PredictsWithinOptions,
  batch: Examples,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toPredictWithin', (control) =>
    checkPredictsWithin(subject, batch, { ...control, ...wanted }),
  )
}

/** Options of `toMatchSpeed`. */
export interface MatchSpeedOptions extends SpeedOptions {
  /** The batch to train on, or to predict. */
  on: Examples
  /** What is timed. Default 'step'. */
  of?: 'step' | 'prediction'
  /** How much slower it may become, as a share. Default 0.1. */
  tolerance?: number
}

/**
 * Training steps (or predictions) are as fast as when the baseline of this machine was recorded. Compared are ratios to
 * a fixed piece of work that is timed in turn with the program, so that what else the machine does hits both; a program
 * that seems slower is measured once more. A machine without a baseline records one and passes.
 *
 * Throws outside a test, under `.not`, and where the file of baselines cannot be read or written.
 * Reference: docs/speed.md.
 *
 *     await expect(createModel).toMatchSpeed('cnn', { on: batch })
 */
export async function toMatchSpeed(
  this: MatcherState,
  subject: Subject,
  nameOrOptions: string | MatchSpeedOptions,
  optionsAfterName?: MatchSpeedOptions,
): Promise<MatcherOutcome> {
  const { file, fullTestName } = runningTest(this, 'toMatchSpeed')
  const [name = fullTestName, options = {} as MatchSpeedOptions] = nameAndOptions(
    nameOrOptions,
    optionsAfterName,
  )
  const update = this.snapshotState.snapshotUpdateState === 'all'
  return answerWith(this, 'toMatchSpeed', async (control) => {
    const started = performance.now()
    const settings = { ...control, ...options }
    const { on, tolerance = 0.1, seed = defaultSeed } = settings
    assertExamples(on, 'options.on')
    assertPositive('tolerance', tolerance)
    const path = speedFile(file.filepath)
    const machine = machineName()
    const before = readBaseline(path, name, machine)
    const seemsSlower = (ratio: Sampled) => before !== undefined && isSlower(ratio, before, tolerance)
    const now = await measureSpeed(subject, settings, seemsSlower)
    const verdict = judge(now.ratio, before, { tolerance, update })
    if (verdict === 'recorded' || verdict === 'updated') writeBaseline(path, name, machine, now)
    return {
      ...resultOf(verdict, now, { before, machine, tolerance }),
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  })
}

interface Measured extends SpeedBaseline {
  ratio: Sampled
  /** Of one step, or prediction. */
  milliseconds: number
  what: string
}

async function measureSpeed(
  subject: Subject,
  { on, of = 'step', seed = defaultSeed, ...options }: MatchSpeedOptions,
  seemsSlower: (ratio: Sampled) => boolean,
): Promise<Measured> {
  const sampling = samplingOf({ seconds: 4, ...options })
  const program = await openProgram(subject, seed)
  const reference = referenceWork()
  try {
    const work = of === 'step' ? stepsOf(program, on, seed) : predictionsOf(program, on)
    const first = await sampleRatio(work, reference.work, sampling)
    const ratio = seemsSlower(first) ? await sampleRatio(work, reference.work, sampling) : first
    if (sampling.signal?.aborted || performance.now() > (sampling.deadline ?? Infinity))
      throw new Error(
        `The test ran out of time after ${ratio.samples} samples. Nothing was compared or recorded. ${moreTime}`,
      )
    const { middle: milliseconds } = await sampleTime(work, { ...sampling, seconds: sampling.seconds / 8 })
    return {
      ratio,
      milliseconds,
      examplesPerSecond: (1000 * countExamples(on)) / milliseconds,
      what: of === 'step' ? 'A training step' : 'A prediction',
    }
  } finally {
    reference.dispose()
    program.dispose()
  }
}

type Verdict = 'recorded' | 'updated' | 'as fast' | 'faster' | 'slower'

function judge(
  now: Sampled,
  before: SpeedBaseline | undefined,
  { tolerance, update }: { tolerance: number; update: boolean },
): Verdict {
  if (!before) return 'recorded'
  const slower = isSlower(now, before, tolerance)
  const faster = now.high * (1 + tolerance) < before.ratio.low
  if (update && (slower || faster)) return 'updated'
  return slower ? 'slower' : faster ? 'faster' : 'as fast'
}

/** The intervals, not the medians, are further apart than is allowed. */
const isSlower = (now: Sampled, { ratio }: SpeedBaseline, tolerance: number): boolean =>
  now.low > ratio.high * (1 + tolerance)

function resultOf(
  verdict: Verdict,
  { ratio, milliseconds, examplesPerSecond, what }: Measured,
  { before, machine, tolerance }: { before: SpeedBaseline | undefined; machine: string; tolerance: number },
): Omit<CheckResult, 'seed' | 'seconds'> {
  const change = before ? ratio.middle / before.ratio.middle - 1 : 0
  const takes = `${what} takes ${formatNumber(milliseconds)} ms`
  const summaries: Record<Verdict, string> = {
    recorded: `${takes}, recorded as the baseline of this machine (${machine}).`,
    updated: `${takes}, recorded as the new baseline.`,
    'as fast': `${takes}, as fast as its baseline (${change < 0 ? '−' : '+'}${formatPercent(Math.abs(change))}).`,
    faster: `${what} is ${formatPercent(-change)} faster than its baseline: keep that with vitest -u.`,
    slower: `${what} is ${formatPercent(change)} slower than its baseline; ${formatPercent(tolerance)} are allowed.`,
  }
  return {
    check: 'match-speed',
    stage: 'squeeze',
    status: verdict === 'slower' ? 'failed' : 'passed',
    summary: summaries[verdict],
    measured: {
      ratio: ratio.middle,
      low: ratio.low,
      high: ratio.high,
      examplesPerSecond,
      samples: ratio.samples,
    },
    expected: before ? { ratio: `≤ ${formatNumber((1 + tolerance) * before.ratio.high)}` } : {},
    causes: before && verdict === 'slower' ? [causeOfChange(ratio, examplesPerSecond, before)] : [],
  }
}

function causeOfChange(ratio: Interval, examplesPerSecond: number, before: SpeedBaseline): Cause {
  const limits = ({ low, high }: Interval) => `${formatNumber(low)} to ${formatNumber(high)}`
  return {
    name: 'slower-than-before',
    evidence: `${limits(ratio)} times the reference work, measured twice; the baseline is ${limits(before.ratio)}: ${formatNumber(before.examplesPerSecond)} examples per second then, ${formatNumber(examplesPerSecond)} now`,
    fix: 'look at what changed in the model, the loss, the optimizer, or in what a step reads back; where it is meant to be slower: vitest -u',
  }
}
