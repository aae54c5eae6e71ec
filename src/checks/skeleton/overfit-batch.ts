import { diagnoseOverfit } from '../../diagnosis/overfit.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import type { OverfitGoal } from '../../statistics/overfit-goal.js'
import { assertExamples, countExamples, describe } from '../../training/examples.js'
import type { Run } from '../../training/run.js'
import { mixSeed } from '../../training/seed.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { assertCounts, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import { remembered } from '../remembered.js'
import type { CheckResult } from '../result.js'
import { attempt, cameHalfWay, explainedShare, type OverfitBatchOptions } from './overfit-attempt.js'

export type { OverfitBatchOptions } from './overfit-attempt.js'

/**
 * Overfits one batch (Karpathy: "overfit one batch", "verify that we can reach the lowest achievable loss").
 * Dropout is off, batch normalisation is in training mode, the weight penalty trains along but does not count.
 * A run that stops half-way is repeated once with other initial weights. Costs as many steps as the program needs; only
 * a failure costs more, for experiments that find its cause.
 */
export function checkOverfitBatch(
  subject: Subject,
  batch: Examples,
  options: OverfitBatchOptions = {},
): Promise<CheckResult> {
  const { onlookers: _, ...inputs } = options
  return remembered('overfit-batch', [subject], { ...inputs, batch }, () =>
    overfitBatch(subject, batch, options),
  )
}

async function overfitBatch(
  subject: Subject,
  batch: Examples,
  options: OverfitBatchOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { steps = 2000, seed = defaultSeed } = options
  const control = controlOf(options)
  assertOptions(options)
  assertExamples(batch, 'batch')
  const tries = [await attempt(subject, batch, seed, { ...options, leavesPlateaus: true })]
  if (cameHalfWay(tries[0]!)) {
    const other = mixSeed(seed, 'second try')
    const { onlookers: _, ...rest } = options
    tries.push(await attempt(subject, batch, other, { ...rest, leavesPlateaus: false }))
  }
  const { run, goal, outputs, fitted, accuracy, byPredictions, judgedBy } =
    tries.find((one) => one.run.end === 'done') ?? tries[0]!
  const passed = run.end === 'done'
  const last = run.losses.at(-1) ?? Number.NaN
  const best = Math.min(...run.losses.filter(Number.isFinite))
  return {
    check: 'overfit-batch',
    stage: 'skeleton',
    status: passed ? 'passed' : 'failed',
    summary: summaryOf(
      run,
      byPredictions ? undefined : goal.loss,
      goal,
      best,
      accuracy,
      countExamples(batch),
      steps,
    ),
    measured: {
      loss: last,
      bestLoss: best,
      steps: run.losses.length,
      ...(accuracy !== undefined && { accuracy }),
    },
    expected: {
      ...(!byPredictions && { loss: `≤ ${formatNumber(goal.loss)}` }),
      ...(accuracy !== undefined && { accuracy: `≥ ${formatPercent(goal.accuracy)}` }),
    },
    causes:
      passed || wasCutShort(run.end)
        ? []
        : await diagnoseOverfit({
            subject,
            batch,
            outputs,
            fitted,
            goal: judgedBy,
            run,
            seed,
            control,
            diagnoses: options.diagnoses,
          }),
    curves: { loss: run.losses },
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

function summaryOf(
  run: Run,
  wantedLoss: number | undefined,
  goal: OverfitGoal,
  best: number,
  accuracy: number | undefined,
  examples: number,
  steps: number,
): string {
  const last = run.losses.at(-1)!
  const count = run.losses.length
  const right = accuracy === undefined ? '' : `, accuracy ${formatPercent(accuracy)}`
  const target =
    wantedLoss === undefined
      ? `where the predictions are those of the labels${accuracy === undefined ? ` (${formatPercent(explainedShare)} of their variance)` : ''}`
      : `${formatNumber(wantedLoss)}${accuracy === undefined ? '' : ` with accuracy ${formatPercent(goal.accuracy)}`}`
  switch (run.end) {
    case 'done':
      return `Overfitted a batch of ${examples} in ${count} steps: loss ${formatNumber(last)}${right}.`
    case 'non-finite':
      return `The loss became ${last} at step ${count} while overfitting a batch of ${examples}; it should go down to ${target}.`
    case 'deadline':
      return `Stopped before the test's time ran out, at step ${count} of ${steps}, with loss ${formatNumber(last)}; it should go down to ${target}. ${moreTime}`
    case 'aborted':
      return `Aborted at step ${count} of ${steps} with loss ${formatNumber(last)}.`
    default:
      return `A batch of ${examples} was not overfitted: after ${count} steps the best loss is ${formatNumber(best)}${right}; it should go down to ${target}.`
  }
}

function assertOptions({ steps, loss, accuracy }: OverfitBatchOptions): void {
  assertCounts({ steps })
  if (loss !== undefined && !Number.isFinite(loss)) {
    throw new InvalidArgumentError('options.loss', describe(loss), 'a finite number')
  }
  if (accuracy !== undefined && !(accuracy >= 0 && accuracy <= 1)) {
    throw new InvalidArgumentError('options.accuracy', describe(accuracy), 'a share between 0 and 1')
  }
}
