import { watchFrozenLayers } from '../../diagnosis/frozen-layers.js'
import { inspectModel } from '../../diagnosis/inspect-model.js'
import { watchOptimizers } from '../../diagnosis/optimizer-in-use.js'
import {
  causesOfSlowStatistics,
  type MovingStatistics,
  movingStatistics,
} from '../../diagnosis/slow-statistics.js'
import {
  causesOfFrozenStatistics,
  causesOfStillWeights,
  type StillWeight,
} from '../../diagnosis/still-weights.js'
import { watchSymmetry } from '../../diagnosis/symmetric-units.js'
import { learningRateOf } from '../../training/learning-rate.js'
import { weightValues } from '../../training/measure.js'
import { largestDifference } from '../../training/probe.js'
import type { Examples, Subject, TensorGroup, Trainable } from '../../training/trainable.js'
import { gradientNorms, normsOfGradients } from '../../training/weight-gradients.js'
import { assertCounts, type CheckOptions, moreTime } from '../options.js'
import { remembered } from '../remembered.js'
import type { CheckResult } from '../result.js'
import { type Watch, watchFirstSteps } from '../watch.js'

export interface UpdatesEveryWeightOptions extends CheckOptions {
  /** Steps after which every weight must have changed. Default 3: heads and gains of zero let gradients through late. */
  steps?: number
  /**
   * Steps of the training to come, by which the statistics of batch normalisation must be those of the data. Default: not
   * asked.
   */
  plannedSteps?: number
}

/** Weights still at rest get this many steps more before they count. */
const moreSteps = 10
const roundingShare = 1e-5

/**
 * Every trainable weight tensor changes within a few steps. One that does not is told apart: no gradient reaches it,
 * its gradient is zero, or its gradient is not zero and the update is missing. A vector with a gradient of exactly
 * zero is no fault: a bias before batch normalisation is cancelled by it. The moving statistics of batch normalisation,
 * which no gradient changes, have to move too, and far enough in the steps that are planned. Units that start with the
 * same weights must not go on alike; the optimizer must keep its state from step to step, and use the learning rate it
 * was given; no layer may be frozen at random weights. Costs `steps` steps, 10 more for a failure.
 */
export function checkUpdatesEveryWeight(
  subject: Subject,
  batch: Examples,
  options: UpdatesEveryWeightOptions = {},
): Promise<CheckResult> {
  return remembered('updates-every-weight', [subject], { ...options, batch }, async () => {
    const [result] = await watchFirstSteps(subject, batch, [watchWeights(options)], options)
    return result!
  })
}

type Weights = ReturnType<typeof weightValues>

/** The same check, to look on at a training that others share. */
export function watchWeights({ steps = 3, plannedSteps }: UpdatesEveryWeightOptions = {}): Watch {
  assertCounts({ steps, plannedSteps })
  let inputs: TensorGroup
  let before: Weights = []
  let statistics: MovingStatistics[] = []
  let moved: MovingStatistics[] = []
  let resting: Weights = []
  let norms: Record<string, number> | undefined
  let taken = 0
  let over = false
  const optimizers = watchOptimizers()
  const symmetry = watchSymmetry()
  const frozenLayers = watchFrozenLayers()
  const lookAgain = (program: Trainable) => {
    const now = weightValues(program)
    resting = before.filter(({ values }, i) => largestDifference(values, now[i]!.values) === 0)
  }
  const looksAfter = (count: number) => count === steps || count === steps + moreSteps
  let batch: Examples
  return {
    begin(program, examples) {
      batch = examples
      inputs = examples.xs
      before = weightValues(program)
      statistics = movingStatistics(program)
      symmetry.begin(program, batch)
      frozenLayers.begin(program)
    },
    done: () => over,
    looksAfter,
    looksAtGradients: true,
    measure: (_program, { updates }) => optimizers.measure(updates),
    afterStep(program, { count, loss, gradients, updates }, rates) {
      taken = count
      optimizers.see(updates, rates)
      if (count === 1 && gradients) symmetry.look(program, batch, gradients)
      const broken = !Number.isFinite(loss)
      if (!looksAfter(count) && !broken) return
      lookAgain(program)
      // Where nothing moves, gradients may be gathered over some steps before they are applied.
      over = (resting.length === 0 && !optimizers.startAnew()) || count > steps || broken
      if (!over) return
      moved = movingStatistics(program)
      symmetry.look(program, batch, gradients)
      if (resting.length > 0) norms = gradients ? normsOfGradients(gradients) : gradientNorms(program, batch)
    },
    compare: frozenLayers.compare,
    result(program, cut) {
      const weights = program.weights()
      const still = resting.map(({ name, values }) => ({
        name,
        rank: weights[name]!.rank,
        constant: values.length > 1 && values.every((value) => value === values[0]),
        gradient: norms ? (norms[name] ?? ('none' as const)) : undefined,
      }))
      const all = resting.length === before.length
      const largest = Math.max(0, ...Object.values(norms ?? {}))
      const failed = cut ? [] : still.filter((weight) => all || !isCancelled(weight, largest))
      const frozen =
        cut || all ? [] : statistics.filter(({ values }, i) => sameValues(values, moved[i]!.values))
      const slow =
        cut || all || plannedSteps === undefined
          ? []
          : causesOfSlowStatistics(statistics, moved, { taken, planned: plannedSteps })
      const atFault = cut
        ? []
        : [
            ...optimizers.causes(),
            ...(all ? [] : symmetry.causes(taken)),
            ...frozenLayers.causes(),
            ...(frozen.length > 0 ? [] : slow),
          ]
      return {
        check: 'updates-every-weight',
        stage: 'skeleton',
        status: failed.length > 0 || frozen.length > 0 || atFault.length > 0 || cut ? 'failed' : 'passed',
        summary: cut
          ? `Stopped before the test's time ran out. ${moreTime}`
          : failed.length === 0 && frozen.length > 0
            ? `The moving statistics of ${frozen.length} of ${statistics.length} batch normalisations did not change in ${taken} steps: ${frozen.map(({ name }) => name).join(', ')}.`
            : failed.length > 0
              ? `${failed.length} of ${before.length} trainable weights did not change in ${taken} steps: ${failed.map(({ name }) => name).join(', ')}.`
              : atFault.length > 0
                ? `The weights change, but not all is as it should be: ${atFault[0]!.evidence}.`
                : `All ${before.length} trainable weights change within ${steps} steps${still.length > 0 ? `, save ${still.length} that what follows cancels` : ''}.`,
        measured: { changed: before.length - resting.length },
        expected: { changed: before.length },
        causes: [
          ...causesOfFrozenStatistics(frozen.map(({ name }) => name)),
          ...(failed.length > 0
            ? causesOfStillWeights(failed, inputs, {
                all: before.length,
                steps: taken,
                rate: learningRateOf(program.optimizer),
                dead: inspectModel(program, batch).some(({ name }) => name === 'dead-units'),
              })
            : []),
          ...atFault,
        ],
        seed: 0,
        seconds: 0,
      }
    },
  }
}

/** What a normalisation cancels has a gradient of zero, up to rounding. */
function isCancelled({ rank, gradient }: StillWeight, largest: number): boolean {
  return rank < 2 && typeof gradient === 'number' && gradient <= roundingShare * largest
}

const sameValues = (a: Float32Array[], b: Float32Array[]) =>
  a.every((values, i) => largestDifference(values, b[i]!) === 0)
