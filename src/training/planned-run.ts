import { InvalidArgumentError } from '../errors.js'
import { augmentation } from './augmentation.js'
import { minibatches } from './batches.js'
import { describe } from './examples.js'
import { setLearningRate } from './learning-rate.js'
import { lossOf } from './measure.js'
import { openProgram } from './open.js'
import { type Run, type RunControl, trainProgram } from './run.js'
import type { Examples, Subject, Trainable } from './trainable.js'
import { copyWeights, type WeightCopies } from './weight-copies.js'

/** How a program is trained, from its first weights to its last step. */
export interface TrainingPlan {
  create: Subject
  train: Examples
  /** Examples that early stopping looks at. */
  validation?: Examples
  /** Default 32. */
  batchSize?: number
  /** Default true. */
  shuffle?: boolean
  augment?: (batch: Examples) => Examples
  schedule?: (step: number) => number
  earlyStopping?: { patience: number; every?: number }
}

interface Looks {
  every: number
  first?: number
  see: (program: Trainable, step: number) => 'stop' | undefined
}

export interface PlannedRunOptions extends RunControl {
  seed: number
  steps: number
  /** Called before the first step and then after every `every` steps, from step `first` on, with the program as it is. */
  look?: Looks
}

/** A program after its planned run; dispose the program. */
export interface PlannedRun extends Run {
  program: Trainable
  /** With early stopping: validation loss at each look, and the step whose weights the program has now. */
  stopping?: { losses: number[]; steps: number[]; bestStep: number; stopped: boolean }
}

const lookEvery = 50
const leastBetweenReads = 8

/**
 * Trains a fresh program as the plan says: batches in an order that depends on the seed alone, each augmented, each
 * step at the rate of the schedule, until the steps are done or early stopping ends the run with the best weights put
 * back. The same seed gives every program the same batches, whatever else is changed in the plan.
 */
export async function runPlan(plan: TrainingPlan, options: PlannedRunOptions): Promise<PlannedRun> {
  const { batchSize = 32, shuffle = true, augment, schedule, earlyStopping } = plan
  const { seed, steps, look, ...control } = options
  const program = await openProgram(plan.create, seed)
  const batches = minibatches(plan.train, { batchSize, seed, shuffle })
  const augmented = augment && augmentation(augment, seed)
  const stopper = earlyStopping && watchValidation(plan, earlyStopping, program)
  const looks: Looks[] = [...(look ? [look] : []), ...(stopper ? [stopper] : [])]
  const lookAt = (step: number) =>
    looks.filter((one) => isLook(one, step) && one.see(program, step) === 'stop').length > 0
  try {
    lookAt(0)
    const run = await trainProgram(
      program,
      (step) => {
        if (schedule) applyRate(program, schedule, step)
        const batch = batches.next()
        return augmented ? augmented.change(batch, step) : batch
      },
      {
        seed,
        steps,
        ...control,
        ...(looks.length > 0 && {
          readEvery: (made: number) => looks.some((one) => isLook(one, made) || isReadBetween(one, made)),
          until: (losses: readonly number[]) => (lookAt(losses.length) ? 'done' : undefined),
        }),
      },
    )
    return { ...run, program, ...(stopper && { stopping: stopper.finish() }) }
  } catch (error) {
    program.dispose()
    throw error
  } finally {
    stopper?.dispose()
    augmented?.dispose()
    batches.dispose()
  }
}

const isLook = ({ every, first = 0 }: Looks, step: number): boolean => step >= first && step % every === 0

/** Until its first look a run is read no more often than others. */
const isReadBetween = ({ every, first = 0 }: Looks, step: number): boolean =>
  step < first && step % Math.max(every, leastBetweenReads) === 0

export function applyRate(program: Trainable, schedule: (step: number) => number, step: number): void {
  const rate = schedule(step)
  if (typeof rate !== 'number' || !Number.isFinite(rate) || rate < 0) {
    throw new InvalidArgumentError(
      'schedule',
      `${describe(rate)} at step ${step}`,
      'a learning rate: a finite number, not below 0',
    )
  }
  if (!setLearningRate(program.optimizer, rate)) {
    throw new InvalidArgumentError(
      'schedule',
      'a program whose optimizer has no learning rate to set',
      'a Trainable with an optimizer, or no schedule: its own step() then sets the rate',
    )
  }
}

/** Looks at the validation loss, keeps the best weights, and stops when it has not fallen for `patience` looks. */
function watchValidation(
  { validation }: TrainingPlan,
  { patience, every = lookEvery }: { patience: number; every?: number },
  program: Trainable,
) {
  for (const [name, count] of Object.entries({ patience, every })) {
    if (Number.isInteger(count) && count > 0) continue
    throw new InvalidArgumentError(`earlyStopping.${name}`, describe(count), 'a positive whole number')
  }
  if (!validation) {
    throw new InvalidArgumentError('earlyStopping', 'no validation examples', 'validation: { xs, ys }')
  }
  const losses: number[] = []
  const steps: number[] = []
  let best: { loss: number; step: number; weights: WeightCopies } | undefined
  let stopped = false
  return {
    every,
    see(_: Trainable, step: number): 'stop' | undefined {
      const loss = lossOf(program, validation)
      losses.push(loss)
      steps.push(step)
      if (!best || loss < best.loss) {
        best?.weights.dispose()
        best = { loss, step, weights: copyWeights(program) }
      } else if (step - best.step >= patience * every) {
        stopped = true
        return 'stop'
      }
      return undefined
    },
    finish() {
      best!.weights.putBack()
      return { losses, steps, bestStep: best!.step, stopped }
    },
    dispose: () => best?.weights.dispose(),
  }
}
