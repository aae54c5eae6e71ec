import type * as tf from '@tensorflow/tfjs'
import { formatNumber } from '../figures/number.js'
import type { OverfitGoal } from '../statistics/overfit-goal.js'
import { type FullTraining, type FullTrainingOptions, trainOnAll } from '../training/full-training.js'
import { learningRateOf } from '../training/learning-rate.js'
import { openProgram } from '../training/open.js'
import type { Subject, Trainable } from '../training/trainable.js'
import { withLargerModel } from '../variations/with-larger-model.js'
import type { Cause } from './cause.js'
import { beginDiagnosis } from './left-to-others.js'
import { canReplaceOptimizer } from './overfit-experiments.js'
import { referenceRates, scaleLearningRate, useReferenceAdam } from './trial.js'

/** Widths of the larger model. */
const larger = 4
/** A change that closes this share of what was missing is what mattered. */
const enough = 0.5
const muchLower = 0.1

interface Failure {
  run: FullTraining
  goal: OverfitGoal
}

/**
 * Why a program does not learn its training set by heart: the whole training again with one thing changed, until one of
 * them mends it. First what costs nothing to change (the penalty, the optimizer), then the size of the model.
 */
export async function whyNotOverfitted(
  subject: Subject,
  training: FullTrainingOptions,
  failure: Failure,
): Promise<Cause[]> {
  beginDiagnosis()
  const { penalty, optimizer, rate } = await changeable(subject, training.seed)
  const again = (change: (program: Trainable) => void, of: Subject = subject) =>
    trainOnAll(of, {
      ...training,
      change(program) {
        training.change?.(program)
        change(program)
      },
    })
  if (penalty) {
    const run = await again((program) => program.disablePenalty!())
    if (mends(run, failure)) return [overRegularized(run, failure)]
  }
  if (optimizer) {
    for (const reference of referenceRates) {
      const run = await again(useReferenceAdam(reference))
      if (!mends(run, failure)) continue
      const slower =
        rate === undefined ? undefined : await again((program) => scaleLearningRate(program, muchLower))
      return [ofLearningRate(run, failure, { rate, reference, slower })]
    }
  }
  const bigger = await enlarged(subject, training.seed)
  if (bigger) {
    const run = await again(() => {}, bigger)
    if (mends(run, failure)) return [tooSmall(run, failure)]
  }
  return []
}

async function changeable(subject: Subject, seed: number) {
  const program = await openProgram(subject, seed)
  try {
    const loss = program.disablePenalty && program.penalty?.()
    const penalty = loss !== undefined && loss.dataSync()[0]! > 0
    loss?.dispose()
    return { penalty, optimizer: canReplaceOptimizer(program), rate: learningRateOf(program.optimizer) }
  } finally {
    program.dispose()
  }
}

/** A factory of the model with wider layers; undefined where it cannot be rewritten. */
async function enlarged(subject: Subject, seed: number): Promise<Subject | undefined> {
  if (typeof subject !== 'function') return undefined
  const recipe = { create: subject, train: undefined as never }
  const create = withLargerModel(larger)(recipe).create as () => Promise<tf.LayersModel>
  try {
    const program = await openProgram(create, seed)
    program.dispose()
    return create
  } catch {
    return undefined
  }
}

function mends(run: FullTraining, { run: before, goal }: Failure): boolean {
  if (run.reached) return true
  const missing = before.best - goal.loss
  return missing > 0 && (before.best - run.best) / missing >= enough
}

const compared = (run: FullTraining, before: FullTraining) =>
  `the training loss goes down to ${formatNumber(run.best)} in ${run.losses.length} steps, as it is to ${formatNumber(before.best)}`

const overRegularized = (run: FullTraining, { run: before }: Failure): Cause => ({
  name: 'over-regularized',
  evidence: `without the weight penalty ${compared(run, before)}`,
  fix: 'lower the penalty by a factor of ten, or leave it out until the training set can be overfitted; add it again afterwards',
})

function ofLearningRate(
  run: FullTraining,
  { run: before }: Failure,
  {
    rate,
    reference,
    slower,
  }: { rate: number | undefined; reference: number; slower: FullTraining | undefined },
): Cause {
  const tooHigh = slower !== undefined && before.best - slower.best > enough * (before.best - run.best)
  return {
    name: tooHigh ? 'learning-rate-too-high' : 'learning-rate-too-low',
    evidence: `with Adam at ${reference} ${compared(run, before)}${rate === undefined ? '' : ` (learning rate ${formatNumber(rate)})`}${tooHigh ? `; a ${1 / muchLower}th of the rate gets to ${formatNumber(slower.best)}` : ''}`,
    fix: `use tf.train.adam(${reference}), which is safe while the rest is tuned; or look for the rate of this optimizer, ten times ${tooHigh ? 'lower' : 'higher'} first`,
  }
}

const tooSmall = (run: FullTraining, { run: before }: Failure): Cause => ({
  name: 'too-little-capacity',
  evidence: `with layers ${larger} times as wide ${compared(run, before)}`,
  fix: 'make the model larger until it can overfit its training set, then regularise it',
})
