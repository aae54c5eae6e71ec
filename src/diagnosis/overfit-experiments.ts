import type * as tf from '@tensorflow/tfjs'
import { formatNumber } from '../figures/number.js'
import { isRegression } from '../statistics/losses.js'
import type { OverfitGoal } from '../statistics/overfit-goal.js'
import { allLayers, silence } from '../training/layers.js'
import type { Run } from '../training/run.js'
import type { Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { inputScale, isOffScale } from './input-scale.js'
import { findLearningRate } from './learning-rate.js'
import type { OverfitEvidence } from './overfit-evidence.js'
import { inputsOnScale, targetsOnScale } from './rescale.js'
import { referenceRates, scaleLearningRate, type Trial, tryOverfit, useReferenceAdam } from './trial.js'

export const trialSteps = 300
/** A tenth of the variance of standardised targets. */
const standardizedGoal = 0.1

/** One thing changed at a time: the optimizer, the scale of inputs, of targets, the penalty. */
export async function changeOneThing(
  evidence: OverfitEvidence,
  rate: number | undefined,
  hasPenalty: boolean,
): Promise<Cause[]> {
  const { subject, batch, seed, control, goal, run } = evidence
  const options = { seed, steps: trialSteps, goal: goal.loss, ...control }
  const best = Math.min(Infinity, ...run.losses.filter(Number.isFinite))
  const scale = inputScale(batch.xs)
  const isOdd = isOffScale(scale) || scale.size < 0.01
  let adam: Trial | undefined
  // Inputs off scale ask for another rate, too: that is not what is wrong with them.
  for (const reference of isOdd ? [referenceRates[0]] : referenceRates) {
    const trial = await tryOverfit(subject, batch, { ...options, change: useReferenceAdam(reference) })
    if (trial.cutShort) return []
    if (trial.reached || closesMore(trial.best, best, run.losses[0]!, goal)) {
      return [await findLearningRate(evidence, rate, { ...trial, rate: reference })]
    }
    if (!adam || trial.best < adam.best) adam = trial
  }
  const before = Math.min(best, adam?.best ?? Infinity)
  if (isOdd) {
    const rescaled = inputsOnScale(batch)
    const trial = await tryOverfit(subject, rescaled.batch, {
      ...options,
      change: useReferenceAdam(referenceRates[0]),
    })
    rescaled.dispose()
    if (trial.reached || closesMore(trial.best, before, run.losses[0]!, goal)) {
      return [
        {
          name: 'unnormalized-inputs',
          evidence: `inputs have mean ${formatNumber(scale.mean)} and standard deviation ${formatNumber(scale.deviation)}; standardised, the same model reaches a loss of ${formatNumber(trial.best)} in ${trial.steps} steps`,
          fix: 'scale the inputs to mean 0 and standard deviation 1, or to the range 0 to 1 (pixels / 255)',
        },
      ]
    }
  }
  if (rate !== undefined && tearsAtWeights(run)) {
    const trial = await tryOverfit(subject, batch, {
      ...options,
      change: (program) => scaleLearningRate(program, muchLower),
    })
    if (trial.reached) return [rateTooHigh(rate, trial)]
  }
  const targets = inputScale(batch.ys)
  if (isOffScale(targets) && evidence.outputs.every(({ loss }) => loss && isRegression(loss.kind))) {
    const rescaled = targetsOnScale(batch)
    const trial = await tryOverfit(subject, rescaled.batch, {
      ...options,
      goal: standardizedGoal,
      change: useReferenceAdam(referenceRates[0]),
    })
    rescaled.dispose()
    if (trial.reached) {
      return [
        {
          name: 'unnormalized-targets',
          evidence: `targets have mean ${formatNumber(targets.mean)} and standard deviation ${formatNumber(targets.deviation)}; standardised, the same model overfits them in ${trial.steps} steps`,
          fix: 'predict (y - mean) / deviation, and undo it on the predictions',
        },
      ]
    }
  }
  if (hasPenalty) {
    const trial = await tryOverfit(subject, batch, {
      ...options,
      change: (program) => program.disablePenalty?.(),
    })
    if (trial.reached) {
      return [
        {
          name: 'over-regularized',
          evidence: `the weight penalty is ${formatNumber(run.penalties[0]!)} at the start; without it the loss reaches ${formatNumber(trial.best)} in ${trial.steps} steps`,
          fix: 'lower the regularisation factor by ten, or remove it until the model overfits',
        },
      ]
    }
  }
  return []
}

const muchLower = 0.01
/** A first update of this share of the weights leaves little of how they were initialised. */
const largeUpdate = 0.1

/** The run blew up, or began with updates as large as the weights. */
export const tearsAtWeights = ({ end, losses, updateRatios }: Run): boolean =>
  end === 'non-finite' || losses.at(-1)! > losses[0]! || (updateRatios[0]?.value ?? 0) > largeUpdate

const rateTooHigh = (rate: number, { best, steps }: Trial): Cause => ({
  name: 'learning-rate-too-high',
  evidence: `at a learning rate of ${formatNumber(rate * muchLower)} instead of ${formatNumber(rate)} the same optimizer reaches a loss of ${formatNumber(best)} in ${steps} steps`,
  fix: `set the learning rate to about ${formatNumber(rate * muchLower)} (now ${formatNumber(rate)})`,
})

/** The same run with dropout and noise layers off, of a program that cannot do so itself. */
export async function withoutNoise({
  subject,
  batch,
  seed,
  control,
  goal,
  run,
}: OverfitEvidence): Promise<Cause[]> {
  const trial = await tryOverfit(subject, batch, {
    seed,
    steps: trialSteps,
    goal: goal.loss,
    ...control,
    change: (program) => {
      for (const layer of allLayers(program.layers ?? [])) silence(layer)
    },
  })
  const best = Math.min(Infinity, ...run.losses.filter(Number.isFinite))
  if (!trial.reached && !closesMore(trial.best, best, run.losses[0]!, goal)) return []
  return [
    {
      name: 'over-regularized',
      evidence: `with dropout and noise layers switched off the loss reaches ${formatNumber(trial.best)} in ${trial.steps} steps, with them ${formatNumber(best)} in ${run.losses.length}`,
      fix: 'lower the dropout rate (it is the share that is dropped, 0.2 to 0.5 is usual), and give the Trainable disableDropout()',
    },
  ]
}

export const layersMakeNoise = (layers: readonly tf.layers.Layer[]): boolean =>
  allLayers(layers).some((layer) => /Dropout|GaussianNoise/.test(layer.getClassName()))

/** Whether another optimizer can be put in place: a property with a getter only cannot be set. */
export function canReplaceOptimizer(program: Trainable): boolean {
  const { optimizer } = program
  if (optimizer === undefined) return false
  try {
    program.optimizer = optimizer
    return true
  } catch {
    return false
  }
}

/** Half of what was missing gained, where the program itself gained far less: the change is what mattered. */
export function closesMore(best: number, before: number, first: number, goal: OverfitGoal): boolean {
  const start = Math.max(first, goal.constant ?? first)
  const share = (loss: number) => (start - Math.min(loss, start)) / (start - goal.floor)
  return share(best) > 0.5 && share(best) > 3 * share(before)
}
