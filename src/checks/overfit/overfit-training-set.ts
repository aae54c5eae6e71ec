import type { Cause } from '../../diagnosis/cause.js'
import { whyNotOverfitted } from '../../diagnosis/training-set.js'
import { InvalidArgumentError, MissingInformationError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { accuracyOf } from '../../statistics/attainable-loss.js'
import { endSlope, leastEnd } from '../../statistics/end-slope.js'
import { type OverfitGoal, overfitGoal } from '../../statistics/overfit-goal.js'
import { assertExamples, countExamples, describe, disposeExamples } from '../../training/examples.js'
import { type FullTraining, type FullTrainingOptions, trainOnAll } from '../../training/full-training.js'
import { groupIdenticalInputs } from '../../training/identical-inputs.js'
import { openProgram } from '../../training/open.js'
import { viewOutputs } from '../../training/outputs.js'
import { sampleExamples } from '../../training/split.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import { remembered } from '../remembered.js'
import type { CheckResult } from '../result.js'

export interface OverfitTrainingSetOptions extends CheckOptions {
  /** The most steps to train. Default: 30 times through the examples, 1000 at least and 10,000 at most. */
  steps?: number
  /** Examples per step. Default 32. */
  batchSize?: number
  /** The training loss to reach. Default as in `toOverfitBatch`: 5 % of the way from the floor of the labels to the best constant for cross-entropies, 15 % for other losses. */
  loss?: number
  /** The accuracy to reach, for classifiers. Default 0.98 of what contradictory duplicates leave. */
  accuracy?: number
}

const epochs = 30
const [fewestSteps, mostSteps] = [1000, 10_000]
/** Examples on which loss and accuracy are looked at. */
const mostLooked = 2000
const looks = 40
/** All but the labels that are wrong: one in fifty, as in the data checks of a recipe. */
const accuracyShare = 0.98

/**
 * Trained on all examples, a program reaches the lowest loss that they allow (Karpathy's step 3: "first get a model
 * large enough that it can overfit"). Dropout is off, the weight penalty trains along; the loss is looked at in inference
 * mode, on 2000 of the examples at most. A failure costs up to three more trainings that find its cause.
 */
export function checkOverfitTrainingSet(
  subject: Subject,
  train: Examples,
  options: OverfitTrainingSetOptions = {},
): Promise<CheckResult> {
  return remembered('overfit-training-set', [subject], { ...options, train }, () =>
    overfitTrainingSet(subject, train, options),
  )
}

async function overfitTrainingSet(
  subject: Subject,
  train: Examples,
  options: OverfitTrainingSetOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, batchSize = 32 } = options
  assertOptions(options)
  assertExamples(train, 'train')
  const count = countExamples(train)
  const { steps = Math.min(mostSteps, Math.max(fewestSteps, Math.ceil((epochs * count) / batchSize))) } =
    options
  const on = sampleExamples(train, mostLooked, seed)
  try {
    const goal = await goalOn(subject, on, seed, options)
    let accuracy: number | undefined
    const training: FullTrainingOptions = {
      ...controlOf(options),
      train,
      on,
      seed,
      steps,
      batchSize,
      every: Math.max(1, Math.floor(steps / looks)),
      change: (program) => program.disableDropout?.(),
      reached(program, loss) {
        if (!(loss <= goal.loss)) return false
        accuracy = accuracyOf(viewOutputs(program, on, 'train'))
        return accuracy === undefined || accuracy >= goal.accuracy - 1e-9
      },
    }
    const run = await trainOnAll(subject, training)
    const passed = run.reached
    const cut = wasCutShort(run.end)
    const summary = describeRun(run, goal, { count, steps, accuracy, cut })
    const causes = passed || cut ? [] : await causesOf(subject, training, run, goal)
    return {
      check: 'overfit-training-set',
      stage: 'overfit',
      status: passed ? 'passed' : 'failed',
      summary: passed || cut || causes.length > 0 ? summary : `${summary} ${withoutCause(run)}`,
      measured: {
        loss: run.last,
        bestLoss: run.best,
        steps: run.losses.length,
        ...(goal.constant !== undefined && {
          progress: (goal.constant - run.best) / (goal.constant - goal.loss),
        }),
        ...(accuracy !== undefined && { accuracy }),
      },
      expected: {
        loss: `≤ ${formatNumber(goal.loss)}`,
        ...(accuracy !== undefined && { accuracy: `≥ ${formatPercent(goal.accuracy)}` }),
      },
      causes,
      curves: { loss: run.losses },
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    disposeExamples(on)
  }
}

async function causesOf(
  subject: Subject,
  training: FullTrainingOptions,
  run: FullTraining,
  goal: OverfitGoal,
): Promise<Cause[]> {
  if (run.end === 'non-finite') {
    return [
      {
        name: 'diverging-loss',
        evidence: `the loss is not finite from step ${run.losses.length} on`,
        fix: 'lower the learning rate, clip the gradients; toOverfitBatch finds the cause on one batch',
      },
    ]
  }
  return whyNotOverfitted(subject, training, { run, goal })
}

async function goalOn(
  subject: Subject,
  on: Examples,
  seed: number,
  options: OverfitTrainingSetOptions,
): Promise<OverfitGoal> {
  const program: Trainable = await openProgram(subject, seed)
  try {
    const goal = overfitGoal(viewOutputs(program, on, 'train'), groupIdenticalInputs(on), options)
    if (Number.isNaN(goal.loss)) {
      throw new MissingInformationError(
        'options.loss',
        'nothing, with a custom loss that is none of the standard ones',
        'the training loss to reach, as a number',
      )
    }
    const { constant = Number.NaN, floor } = goal
    if (options.loss === undefined && constant - floor <= 1e-6 * Math.abs(constant)) {
      throw new InvalidArgumentError(
        'train',
        'labels that one constant prediction fits as well as any function of the inputs',
        'at least two different labels, of different inputs',
        'class-imbalance',
      )
    }
    return options.accuracy === undefined ? { ...goal, accuracy: accuracyShare * goal.accuracy } : goal
  } finally {
    program.dispose()
  }
}

function describeRun(
  run: FullTraining,
  goal: OverfitGoal,
  {
    count,
    steps,
    accuracy,
    cut,
  }: { count: number; steps: number; accuracy: number | undefined; cut: boolean },
): string {
  const target = formatNumber(goal.loss)
  if (cut) {
    return `Stopped before the test's time ran out, at step ${run.losses.length} of ${steps}, with training loss ${formatNumber(run.last)}; it should go down to ${target}. ${moreTime}`
  }
  if (run.end === 'non-finite') return `The loss became ${run.losses.at(-1)} at step ${run.losses.length}.`
  const right = accuracy === undefined ? '' : `, accuracy ${formatPercent(accuracy)}`
  return run.reached
    ? `The training set of ${count} was overfitted in ${run.losses.length} steps: loss ${formatNumber(run.last)}${right}.`
    : `The training set of ${count} was not overfitted: after ${run.losses.length} steps the training loss is ${formatNumber(run.last)}, ${formatNumber(run.best)} at best${right}; it should go down to ${target}${accuracy === undefined ? '' : ` with accuracy ${formatPercent(goal.accuracy)}`}.`
}

/** What is left where no experiment mends it. */
function withoutCause({ losses }: FullTraining): string {
  const looked = Math.max(leastEnd, Math.round(0.2 * losses.length))
  const end = losses.length < leastEnd ? undefined : endSlope(losses.slice(-looked))
  return end && end.p < 0.01
    ? 'It still falls: give it more steps.'
    : 'Neither another optimizer, nor less penalty, nor wider layers (where these can be changed) mend it: the labels may be noisier than it can memorise, or the inputs not tell them.'
}

function assertOptions({ steps, batchSize, loss, accuracy }: OverfitTrainingSetOptions): void {
  assertCounts({ steps, batchSize })
  if (loss !== undefined && !Number.isFinite(loss)) {
    throw new InvalidArgumentError('options.loss', describe(loss), 'a finite number')
  }
  if (accuracy !== undefined && !(accuracy >= 0 && accuracy <= 1)) {
    throw new InvalidArgumentError('options.accuracy', describe(accuracy), 'a share between 0 and 1')
  }
}
