import { InvalidArgumentError } from '../errors.js'
import type { ArmPlan } from '../experiments/recipe-plan.js'
import { type Augmentation, augmentation } from '../training/augmentation.js'
import { type Batches, minibatches } from '../training/batches.js'
import { type MetricName, measureMetric } from '../training/metric.js'
import { openProgram } from '../training/open.js'
import { applyRate } from '../training/planned-run.js'
import { type RunControl, type RunEnd, trainProgram } from '../training/run.js'
import { mixSeed } from '../training/seed.js'
import type { Trainable } from '../training/trainable.js'

/** A program in training that can go on where it stood. */
export interface OpenTrial {
  /** Trains until so many steps have been made. */
  trainTo(steps: number, control: RunControl): Promise<RunEnd>
  /** The metric on the validation examples; NaN when training diverged. */
  measure(metric: MetricName): number
  dispose(): void
}

/** The same seed gives every trial the same batches, and the same initial weights where shapes agree. */
export async function openTrial(plan: ArmPlan, seed: number): Promise<OpenTrial> {
  const { create, train, validation, batchSize = 32, shuffle = true, augment, schedule } = plan
  const program: Trainable = await openProgram(create, seed)
  const batches: Batches = minibatches(train, { batchSize, seed, shuffle })
  const augmented: Augmentation | undefined = augment && augmentation(augment, seed)
  let made = 0
  let diverged = false
  return {
    async trainTo(steps, control) {
      if (diverged || steps <= made) return diverged ? 'non-finite' : 'steps'
      const from = made
      const { end, losses } = await trainProgram(
        program,
        (step) => {
          if (schedule) applyRate(program, schedule, from + step)
          const batch = batches.next()
          return augmented ? augmented.change(batch, from + step) : batch
        },
        { ...control, seed: mixSeed(seed, from), steps: steps - from },
      )
      made += losses.length
      diverged = end === 'non-finite'
      return end
    },
    measure(metric) {
      if (diverged) return Number.NaN
      const value = measureMetric(program, validation, metric)
      if (value !== undefined) return value
      throw new InvalidArgumentError(
        'options.metric',
        `'${metric}', which the program does not have`,
        "'loss', 'accuracy' (classes), 'rmse', 'mae', 'r2' (numbers), or a metric it was compiled with",
      )
    },
    dispose() {
      augmented?.dispose()
      batches.dispose()
      program.dispose()
    },
  }
}
