import * as tf from '@tensorflow/tfjs'
import { formatNumber } from '../figures/number.js'
import { callStep } from '../training/call-step.js'
import { openProgram } from '../training/open.js'
import { lossGradients } from '../training/weight-gradients.js'
import type { Cause } from './cause.js'
import type { OverfitEvidence } from './overfit-evidence.js'
import { closesMore, tearsAtWeights, trialSteps } from './overfit-experiments.js'
import { referenceRates, stepByReferenceAdam, type Trial, tryOverfit } from './trial.js'

/**
 * The one experiment with a program whose optimizer cannot be reached: the reference Adam on the loss that it gives itself.
 * Undefined where it could not be made, or ran out of time; no cause where Adam gets no further either.
 */
export async function adamOnOwnLoss(evidence: OverfitEvidence): Promise<Cause[] | undefined> {
  const { subject, batch, seed, control, goal, run } = evidence
  const options = { seed, steps: trialSteps, goal: goal.loss, ...control }
  const best = Math.min(Infinity, ...run.losses.filter(Number.isFinite))
  for (const rate of referenceRates) {
    const change = stepByReferenceAdam(rate)
    const trial = await tryOverfit(subject, batch, { ...options, change }).catch(() => undefined)
    if (!trial || trial.cutShort) return undefined
    if (trial.reached || closesMore(trial.best, best, run.losses[0]!, goal))
      return [await whatIsWrongWithStep(evidence, { ...trial, rate })]
  }
  return []
}

async function whatIsWrongWithStep(
  evidence: OverfitEvidence,
  adam: Trial & { rate: number },
): Promise<Cause> {
  const { losses } = evidence.run
  const [first, last] = [losses[0]!, losses.at(-1)!]
  const reached = `Adam at ${adam.rate} on the program's own loss() reached ${formatNumber(adam.best)} in ${adam.steps} steps with the same model and batch`
  const went = `its own step() went from ${formatNumber(first)} to ${formatNumber(last)} in ${losses.length}`
  const along = 'look whether step() follows the gradient of loss() in all weights'
  if (!tearsAtWeights(evidence.run)) {
    return {
      name: 'learning-rate-too-low',
      evidence: `${reached}; ${went}`,
      fix: `raise the learning rate of step(), or use tf.train.adam(${adam.rate}); if it is right, ${along}`,
    }
  }
  const slope = await slopeOfFirstStep(evidence)
  if (slope !== undefined && slope > 0) {
    return {
      name: 'gradient-sign',
      evidence: `the first step goes up along the gradient of loss(); ${reached}, ${went}`,
      fix: 'check the sign of the loss that step() minimises, and of the gradients it hands to the optimizer',
    }
  }
  return {
    name: 'learning-rate-too-high',
    evidence: `${reached}; ${went}`,
    fix: `lower the learning rate of step(), or use tf.train.adam(${adam.rate}); if it is right, ${along}`,
  }
}

/** The product of the first update and the gradient of `loss()` before it: above 0 where the step goes uphill. */
async function slopeOfFirstStep({ subject, batch, seed }: OverfitEvidence): Promise<number | undefined> {
  const program = await openProgram(subject, seed)
  const kept: tf.Tensor[] = []
  const keep = (tensor: tf.Tensor) => {
    const copy = tf.keep(tensor.clone())
    kept.push(copy)
    return copy
  }
  try {
    program.disableDropout?.()
    const gradients = lossGradients(program, batch, (found) =>
      Object.entries(found).map(([name, gradient]) => [name, keep(gradient)] as const),
    )
    if (!gradients) return undefined
    const before = Object.fromEntries(
      Object.entries(program.weights()).map(([name, weight]) => [name, keep(weight)]),
    )
    tf.dispose(await callStep(program, batch))
    const after = program.weights()
    return tf.tidy(() =>
      gradients
        .map(
          ([name, gradient]) => tf.sum(tf.mul(tf.sub(after[name]!, before[name]!), gradient)).dataSync()[0]!,
        )
        .reduce((sum, product) => sum + product, 0),
    )
  } finally {
    tf.dispose(kept)
    program.dispose()
  }
}
