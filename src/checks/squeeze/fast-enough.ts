import * as tf from '@tensorflow/tfjs'
import { causeOfSlowness } from '../../diagnosis/slow.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber } from '../../figures/number.js'
import { sampleTime } from '../../speed/sampling.js'
import { predictionsOf, stepsOf } from '../../speed/work.js'
import { assertExamples, countExamples, describe } from '../../training/examples.js'
import { openProgram, openView } from '../../training/open.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface SpeedOptions extends CheckOptions {
  /** Seconds to measure for; up to 2.5 times as many on a noisy machine. Default 3. */
  seconds?: number
  /** Enough where the 99 % interval of the median reaches so far to either side, as a share. Default 0.02. */
  relativeError?: number
}

export interface TrainsAtLeastOptions extends SpeedOptions {
  examplesPerSecond: number
}

export interface PredictsWithinOptions extends SpeedOptions {
  /** For the whole batch. */
  milliseconds: number
}

/**
 * Training steps on a batch process so many examples per second: fails where the whole 99 % interval of the median lies
 * below. Costs `seconds`, up to 2.5 times as much on a noisy machine.
 */
export async function checkTrainsAtLeast(
  subject: Subject,
  batch: Examples,
  options: TrainsAtLeastOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { examplesPerSecond: wanted, seed = defaultSeed } = options
  assertPositive('examplesPerSecond', wanted)
  const control = samplingOf(options)
  assertExamples(batch, 'batch')
  const count = countExamples(batch)
  const program = await openProgram(subject, seed)
  try {
    const step = await sampleTime(stepsOf(program, batch, seed), control)
    const speedAt = (milliseconds: number) => (1000 * count) / milliseconds
    const [slowest, speed, fastest] = [step.high, step.middle, step.low].map(speedAt) as [
      number,
      number,
      number,
    ]
    const passed = fastest >= wanted
    const prediction = passed
      ? undefined
      : await sampleTime(predictionsOf(program, batch), { ...control, seconds: control.seconds / 4 })
    const limits = `${formatNumber(slowest)} to ${formatNumber(fastest)}`
    return {
      check: 'trains-at-least',
      stage: 'squeeze',
      status: passed ? 'passed' : 'failed',
      summary: passed
        ? `Trains ${formatNumber(speed)} examples per second (${limits}), ${formatNumber(step.middle)} ms a step of ${count}.`
        : `Trains ${formatNumber(speed)} examples per second (${limits}); it should be ${formatNumber(wanted)}.`,
      measured: { examplesPerSecond: speed, millisecondsPerStep: step.middle, samples: step.samples },
      expected: { examplesPerSecond: `≥ ${formatNumber(wanted)}` },
      causes: prediction
        ? [
            causeOfSlowness(
              `a step of ${count} examples takes ${formatNumber(step.middle)} ms, a prediction ${formatNumber(prediction.middle)} ms of it`,
              tf.getBackend(),
            ),
          ]
        : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

/** A prediction of a batch takes so many milliseconds at most: fails where the whole 99 % interval lies above. */
export async function checkPredictsWithin(
  subject: Subject,
  batch: Examples,
  options: PredictsWithinOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { milliseconds: wanted, seed = defaultSeed } = options
  assertPositive('milliseconds', wanted)
  const control = samplingOf(options)
  assertExamples(batch, 'batch')
  const count = countExamples(batch)
  const program = await openView(subject, seed)
  try {
    const time = await sampleTime(predictionsOf(program, batch), control)
    const passed = time.low <= wanted
    const found = `${formatNumber(time.middle)} ms (${formatNumber(time.low)} to ${formatNumber(time.high)})`
    return {
      check: 'predicts-within',
      stage: 'squeeze',
      status: passed ? 'passed' : 'failed',
      summary: passed
        ? `Predicts ${count} examples in ${found}.`
        : `Predicts ${count} examples in ${found}; it should be ${formatNumber(wanted)} ms.`,
      measured: { milliseconds: time.middle, samples: time.samples },
      expected: { milliseconds: `≤ ${formatNumber(wanted)}` },
      causes: passed
        ? []
        : [
            causeOfSlowness(
              `a prediction of ${count} examples takes ${formatNumber(time.middle)} ms`,
              tf.getBackend(),
            ),
          ],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

/** The limits of a measurement. Throws for those that are none. */
export function samplingOf({ seconds = 3, relativeError = 0.02, signal, deadline }: SpeedOptions) {
  assertPositive('seconds', seconds)
  assertPositive('relativeError', relativeError)
  return {
    seconds,
    relativeError,
    ...(signal && { signal }),
    ...(deadline !== undefined && { deadline }),
  }
}

export function assertPositive(name: string, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return
  throw new InvalidArgumentError(`options.${name}`, describe(value), 'a number above 0')
}
