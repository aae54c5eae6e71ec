import type { Cause } from '../checks/result.js'
import { formatNumber } from '../figures/number.js'
import type { OverfitEvidence } from './overfit.js'
import { scaleLearningRate, type Trial, tryOverfit } from './trial.js'

const factors = [1000, 100, 10, 0.1, 0.01, 0.001]
const stepsPerFactor = 40

/**
 * The reference Adam succeeded where the program's optimizer failed: tries the program's own optimizer at other
 * learning rates, to say which way it is off and what to set. Costs up to 240 steps.
 */
export async function findLearningRate(
  evidence: OverfitEvidence,
  rate: number | undefined,
  adam: Trial,
): Promise<Cause> {
  const { subject, batch, seed, goal, control, run } = evidence
  const finite = run.losses.filter(Number.isFinite)
  const afterAsMany = Math.min(Infinity, ...finite.slice(0, stepsPerFactor))
  const diverges = run.end === 'non-finite' || finite.at(-1)! > run.losses[0]!
  let best: { factor: number; loss: number } | undefined
  for (const factor of rate === undefined ? [] : factors) {
    // A run that blew up needs no higher rate.
    if (factor > 1 && run.end === 'non-finite') continue
    const trial = await tryOverfit(subject, batch, {
      seed,
      steps: stepsPerFactor,
      goal: goal.loss,
      change: (program) => scaleLearningRate(program, factor),
      ...control,
    })
    if (trial.cutShort) break
    if (trial.best < (best?.loss ?? afterAsMany)) best = { factor, loss: trial.best }
    if (trial.reached) break
  }
  const reference = `Adam at 0.001 reached ${formatNumber(adam.best)} in ${adam.steps} steps with the same model and batch`
  const tooHigh = best ? best.factor < 1 : diverges
  const current = rate === undefined ? '' : ` (now ${formatNumber(rate)})`
  return {
    name: tooHigh ? 'learning-rate-too-high' : 'learning-rate-too-low',
    evidence: best
      ? `${reference}; this optimizer at a learning rate of ${formatNumber(rate! * best.factor)} instead of ${formatNumber(rate!)} gets to ${formatNumber(best.loss)} in ${stepsPerFactor} steps`
      : reference,
    fix: best
      ? `set the learning rate to about ${formatNumber(rate! * best.factor)}${current}`
      : `use tf.train.adam(0.001), or ${tooHigh ? 'lower' : 'raise'} the learning rate${current}`,
  }
}
