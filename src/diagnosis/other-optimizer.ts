import { formatNumber, formatPercent } from '../figures/number.js'
import { learningRateOf } from '../training/learning-rate.js'
import { openProgram } from '../training/open.js'
import type { Cause } from './cause.js'
import { canReplaceOptimizer } from './overfit-experiments.js'
import { retrain, type Training } from './retraining.js'
import { referenceRates, scaleLearningRate, useReferenceAdam } from './trial.js'

const factors = [0.01, 100] as const

/** A training that learns with the reference Adam: the optimizer is at fault, and which way its rate is off. */
export async function otherOptimizer(training: Training): Promise<Cause | undefined> {
  const program = await openProgram(training.subject, training.seed)
  const rate = learningRateOf(program.optimizer)
  const replaceable = canReplaceOptimizer(program)
  program.dispose()
  if (!replaceable) return undefined
  const [reference] = referenceRates
  const adam = await retrain(training, useReferenceAdam(reference))
  if (!adam.learns) return undefined
  const learnt = ({ steps, skill }: typeof adam) =>
    `${formatPercent(skill!.share)} of what the inputs can tell in ${steps} steps`
  for (const factor of rate === undefined || rate <= 0 ? [] : factors) {
    const own = await retrain(training, (fresh) => {
      scaleLearningRate(fresh, factor)
    })
    if (!own.learns) continue
    const better = formatNumber(rate! * factor)
    return {
      name: factor < 1 ? 'learning-rate-too-high' : 'learning-rate-too-low',
      evidence: `in batches of ${training.batchSize} Adam at ${reference} learns ${learnt(adam)}, and the program's own optimizer at a learning rate of ${better} instead of ${formatNumber(rate!)} ${learnt(own)}`,
      fix: `set the learning rate to about ${better} (now ${formatNumber(rate!)})`,
    }
  }
  return {
    name: 'learning-rate-too-low',
    evidence: `in batches of ${training.batchSize} Adam at ${reference} learns ${learnt(adam)}, with the same model and data`,
    fix: `use tf.train.adam(${reference})`,
  }
}
