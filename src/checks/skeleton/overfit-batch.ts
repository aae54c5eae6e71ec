import * as tf from '@tensorflow/tfjs'
import { diagnoseOverfit } from '../../diagnosis/overfit.js'
import { InvalidArgumentError, MissingInformationError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { accuracyOf } from '../../statistics/attainable-loss.js'
import { isRegression } from '../../statistics/losses.js'
import { type OverfitGoal, overfitGoal } from '../../statistics/overfit-goal.js'
import { skillOf } from '../../statistics/skill.js'
import { withStandInLosses } from '../../statistics/stand-in-loss.js'
import { sameBatch } from '../../training/batches.js'
import { assertExamples, countExamples, describe } from '../../training/examples.js'
import { groupIdenticalInputs, groupIdenticalPrefixes } from '../../training/identical-inputs.js'
import { openProgram } from '../../training/open.js'
import { type OutputView, viewOutputs } from '../../training/outputs.js'
import { type Run, trainProgram } from '../../training/run.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, wasCutShort } from '../options.js'
import type { CheckResult } from '../result.js'

export interface OverfitBatchOptions extends CheckOptions {
  /** The most steps to train. Default 2000; a run stops as soon as it is there, or at a plateau. */
  steps?: number
  /**
   * The loss to reach. Default: from the floor of the labels, 5 % of the way up to the best constant
   * prediction for cross-entropies, 15 % for other losses.
   * The floor is 0 for hard labels and distinct inputs.
   */
  loss?: number
  /** The accuracy to reach, for classifiers. Default 1: every label predicted, save contradictory duplicates. */
  accuracy?: number
  /**
   * The axis of time of a causal model with a label for every step. Where two examples begin alike, what follows
   * cannot be known at these steps: that much loss and accuracy is not asked for.
   */
  causal?: { axis: number }
}

/** A plateau: the best loss of the last so many steps is not lower than the best before by the least gain. */
const plateauSteps = 200
const leastGain = 0.01
/** How often the predictions of a program with a custom loss are looked at, and how much they have to explain. */
const lookEvery = 25
const explainedShare = 0.85
/** A custom loss may have another minimum than all labels right: so few answers it is spared. */
const spared = 0.05

/**
 * Overfits one batch (Karpathy: "overfit one batch", "verify that we can reach the lowest achievable loss").
 * Dropout is off, batch normalisation is in training mode, the weight penalty trains along but does not count.
 * Costs as many steps as the program needs; only a failure costs more, for experiments that find its cause.
 */
export async function checkOverfitBatch(
  subject: Subject,
  batch: Examples,
  options: OverfitBatchOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { steps = 2000, seed = defaultSeed } = options
  const control = controlOf(options)
  assertOptions(options)
  assertExamples(batch, 'batch')
  const program = await openProgram(subject, seed)
  let goal: OverfitGoal
  let byPredictions: boolean
  let run: Run
  let accuracy: number | undefined
  let own: OutputView[]
  let outputs: OutputView[]
  try {
    program.disableDropout?.()
    own = viewOutputs(program, batch, 'batch')
    // A custom loss has no known goal: then the predictions decide.
    byPredictions = options.loss === undefined && own.some(({ loss }) => !loss)
    outputs = byPredictions ? (withStandInLosses(own) ?? own) : own
    goal = goalFor(outputs, batch, {
      ...options,
      ...(byPredictions && options.accuracy === undefined && { accuracy: 1 - spared }),
    })
    let nextLook = lookEvery
    run = await trainProgram(program, sameBatch(batch).next, {
      seed,
      steps,
      probeEvery: 50,
      ...control,
      until(losses, { updateRatios }) {
        if (updateRatios.length > 1 && updateRatios.every(({ value }) => value === 0)) return 'plateau'
        if (byPredictions) {
          if (losses.length < nextLook) return undefined
          nextLook += lookEvery
          const views = inTraining(program, batch, outputs)
          accuracy = accuracyOf(views)
          if (fits(views, accuracy, goal)) return 'done'
        } else if (losses.at(-1)! <= goal.loss) {
          accuracy = accuracyInTraining(program, batch, outputs)
          if (accuracy === undefined || accuracy >= goal.accuracy - 1e-9) return 'done'
        }
        return isPlateau(losses, goal) ? 'plateau' : undefined
      },
    })
    accuracy = accuracyInTraining(program, batch, outputs)
  } finally {
    program.dispose()
  }
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
            outputs: own,
            goal: byPredictions ? markOf(goal, run) : goal,
            run,
            seed,
            control,
          }),
    curves: { loss: run.losses },
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Where the experiments of the diagnosis stop: a custom loss has no floor that is known. */
function markOf(goal: OverfitGoal, { losses }: Run): OverfitGoal {
  const first = losses[0]!
  return {
    ...goal,
    constant: undefined,
    floor: Math.min(0, ...losses),
    loss: first > 0 ? 0.05 * first : -Infinity,
  }
}

/** A number for each example, or for each step of each, the same where the same is known. */
function knownBy(batch: Examples, outputs: OutputView[], causal: OverfitBatchOptions['causal']): Int32Array {
  const prefixes = causal && groupIdenticalPrefixes(batch, causal.axis)
  return prefixes && outputs.every(({ labels }) => labels.rows === prefixes.length)
    ? prefixes
    : groupIdenticalInputs(batch)
}

function goalFor(outputs: OutputView[], batch: Examples, options: OverfitBatchOptions): OverfitGoal {
  const groups = knownBy(batch, outputs, options.causal)
  const goal = overfitGoal(outputs, groups, options)
  if (Number.isNaN(goal.loss)) {
    throw new MissingInformationError(
      'options.loss',
      'nothing, with a custom loss that is none of the standard ones',
      'the loss to reach on this batch, as a number',
    )
  }
  if (goal.constant !== undefined && goal.constant - goal.floor < 1e-6 && options.loss === undefined) {
    const sameInputs = new Set(groups).size === 1 && groups.length > 1
    throw new InvalidArgumentError(
      'batch',
      sameInputs ? 'the same inputs in every example' : 'the same label for every example',
      'different inputs with at least two different labels: any constant prediction overfits this batch',
      sameInputs ? 'constant-inputs' : 'class-imbalance',
    )
  }
  return goal
}

/** Accuracy of the program as it trains. */
function accuracyInTraining(program: Trainable, batch: Examples, outputs: OutputView[]): number | undefined {
  return accuracyOf(outputs) === undefined ? undefined : accuracyOf(inTraining(program, batch, outputs))
}

/** Outputs with the predictions of training: batch normalisation with the statistics of this batch. */
function inTraining(program: Trainable, batch: Examples, outputs: OutputView[]): OutputView[] {
  const predicted = program.predictInTraining?.(batch.xs) ?? program.predict(batch.xs)
  const tensors = Array.isArray(predicted) ? predicted : [predicted]
  const values = tensors.map((tensor) => tensor.dataSync().slice())
  tf.dispose(tensors)
  return outputs.map((output, i) => ({
    ...output,
    predictions: { ...output.predictions, values: values[i]! },
  }))
}

/** Every class right, and of quantities as much explained as is asked for. */
function fits(views: OutputView[], accuracy: number | undefined, goal: OverfitGoal): boolean {
  const quantities = views.filter(({ loss }) => loss && isRegression(loss.kind))
  if (accuracy !== undefined && accuracy < goal.accuracy - 1e-9) return false
  return quantities.length === 0 || skillOf(quantities)!.share >= explainedShare
}

function isPlateau(losses: readonly number[], goal: OverfitGoal): boolean {
  if (losses.length < 2 * plateauSteps) return false
  const recent = Math.min(...losses.slice(-plateauSteps))
  const before = Math.min(...losses.slice(0, -plateauSteps))
  return before - recent < leastGain * Math.max(before - goal.floor, 0)
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
      return `Stopped before the test's time ran out, at step ${count} of ${steps}, with loss ${formatNumber(last)}; it should go down to ${target}. Give the test more time: test(name, fn, 120_000).`
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
