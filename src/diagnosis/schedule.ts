import { formatNumber } from '../figures/number.js'
import { learningRateOf } from '../training/learning-rate.js'
import { openProgram } from '../training/open.js'
import { trainProgram } from '../training/run.js'
import type { Cause } from './cause.js'
import type { OverfitEvidence } from './overfit-evidence.js'

/** Steps over which the learning rate is watched. */
const watchedSteps = 100
const decayed = 0.01

/** A learning rate that the program itself lowers to next to nothing, or never raises to what it was made with. */
export async function scheduleOf({ subject, batch, seed, control, run }: OverfitEvidence): Promise<Cause[]> {
  const program = await openProgram(subject, seed)
  const rates: number[] = []
  const planned = learningRateOf(program.optimizer) ?? 0
  const see = () => rates.push(learningRateOf(program.optimizer) ?? planned)
  try {
    const { losses } = await trainProgram(
      program,
      (step) => {
        if (step > 0) see()
        return batch
      },
      { seed, ...control, steps: Math.min(watchedSteps, run.losses.length) },
    )
    see()
    rates.length = losses.filter(Number.isFinite).length
  } finally {
    program.dispose()
  }
  const most = Math.max(0, ...rates)
  if (rates.length > 1 && most < decayed * planned) return [neverWarm(planned, most, rates.length)]
  const step = rates.findLastIndex((rate) => rate > decayed * most) + 1
  if (most === 0 || step === rates.length || step === 0) return []
  return [
    {
      name: 'schedule-decays-early',
      evidence: `the learning rate falls from ${formatNumber(most)} to ${formatNumber(rates.at(-1)!)} by step ${step + 1}, where the loss is ${formatNumber(run.losses[Math.min(step, run.losses.length - 1)]!)}`,
      fix: 'use a constant learning rate until the model overfits; a schedule counts in steps or in epochs: check which, and for how many it was made',
    },
  ]
}

const neverWarm = (planned: number, most: number, steps: number): Cause => ({
  name: 'learning-rate-too-low',
  evidence: `the optimizer is made with a learning rate of ${formatNumber(planned)}, and the program itself sets it to ${formatNumber(most)} at most in ${steps} steps`,
  fix: 'a warm-up counts in steps or in epochs: check which, and that it ends within the first tenth of the training',
})
