import { causesOfStillWeights, type StillWeight } from '../../diagnosis/still-weights.js'
import { learningRateOf } from '../../diagnosis/trial.js'
import { sameBatch } from '../../training/batches.js'
import { assertExamples } from '../../training/examples.js'
import { weightValues } from '../../training/measure.js'
import { openProgram } from '../../training/open.js'
import { largestDifference } from '../../training/probe.js'
import { trainProgram } from '../../training/run.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { gradientNorms } from '../../training/weight-gradients.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, wasCutShort } from '../options.js'
import type { CheckResult } from '../result.js'

export interface UpdatesEveryWeightOptions extends CheckOptions {
  /** Steps after which every weight must have changed. Default 3: heads and gains of zero let gradients through late. */
  steps?: number
}

/** Weights still at rest get this many steps more before they count. */
const moreSteps = 10
const roundingShare = 1e-5
const nothing = { still: [], largest: 0 }

/**
 * Every trainable weight tensor changes within a few steps. One that does not is told apart: no gradient reaches it,
 * its gradient is zero, or its gradient is not zero and the update is missing. A vector with a gradient of exactly
 * zero is no fault: a bias before batch normalisation is cancelled by it. Costs `steps` steps, 10 more for a failure.
 */
export async function checkUpdatesEveryWeight(
  subject: Subject,
  batch: Examples,
  options: UpdatesEveryWeightOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { steps = 3, seed = defaultSeed } = options
  assertCounts({ steps })
  assertExamples(batch, 'batch')
  const program = await openProgram(subject, seed)
  try {
    const before = weightValues(program)
    const train = (count: number) =>
      trainProgram(program, sameBatch(batch).next, { seed, steps: count, ...controlOf(options) })
    const atRest = () => {
      const now = weightValues(program)
      return before.filter(({ values }, i) => largestDifference(values, now[i]!.values) === 0)
    }
    let run = await train(steps)
    let resting = atRest()
    const all = resting.length === before.length
    if (resting.length > 0 && !wasCutShort(run.end)) {
      if (!all && run.end !== 'non-finite') {
        run = await train(moreSteps)
        resting = atRest()
      }
    }
    const { still, largest } = resting.length > 0 ? withGradients(program, batch, resting) : nothing
    const failed = still.filter((weight) => all || !isCancelled(weight, largest))
    const cut = wasCutShort(run.end)
    return {
      check: 'updates-every-weight',
      stage: 'skeleton',
      status: failed.length > 0 || cut ? 'failed' : 'passed',
      summary: cut
        ? `Stopped before the test's time ran out. Give the test more time: test(name, fn, 120_000).`
        : failed.length > 0
          ? `${failed.length} of ${before.length} trainable weights did not change in ${all ? steps : steps + moreSteps} steps: ${failed.map(({ name }) => name).join(', ')}.`
          : `All ${before.length} trainable weights change within ${steps} steps${still.length > 0 ? `, save ${still.length} that what follows cancels` : ''}.`,
      measured: { changed: before.length - resting.length },
      expected: { changed: before.length },
      causes:
        failed.length > 0 && !cut
          ? causesOfStillWeights(failed, batch.xs, {
              all: before.length,
              steps,
              rate: learningRateOf(program.optimizer),
            })
          : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

function withGradients(
  program: Trainable,
  batch: Examples,
  resting: Array<{ name: string; values: Float32Array }>,
): { still: StillWeight[]; largest: number } {
  const norms = gradientNorms(program, batch)
  const weights = program.weights()
  return {
    still: resting.map(({ name, values }) => ({
      name,
      rank: weights[name]!.rank,
      constant: values.length > 1 && values.every((value) => value === values[0]),
      gradient: norms ? (norms[name] ?? 'none') : undefined,
    })),
    largest: Math.max(0, ...Object.values(norms ?? {})),
  }
}

/** What a normalisation cancels has a gradient of zero, up to rounding. */
function isCancelled({ rank, gradient }: StillWeight, largest: number): boolean {
  return rank < 2 && typeof gradient === 'number' && gradient <= roundingShare * largest
}
