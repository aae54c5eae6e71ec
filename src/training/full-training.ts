import { minibatches } from './batches.js'
import { lossOf } from './measure.js'
import { openProgram } from './open.js'
import { type RunControl, type RunEnd, trainProgram } from './run.js'
import type { Examples, Subject, Trainable } from './trainable.js'

export interface FullTrainingOptions extends RunControl {
  train: Examples
  /** Where the loss is looked at, in inference mode. */
  on: Examples
  seed: number
  steps: number
  batchSize: number
  /** Steps between two looks. */
  every: number
  /** Changes the fresh program before it trains. */
  change?: ((program: Trainable) => void) | undefined
  /** Ends the training: the goal is reached. */
  reached?: ((program: Trainable, loss: number) => boolean) | undefined
  /** Sets the learning rate before each step. */
  beforeStep?: ((program: Trainable, step: number) => void) | undefined
}

/** A training on shuffled batches of all examples. */
export interface FullTraining {
  /** Training loss by step. */
  losses: number[]
  /** Loss at each look, the first before any step. */
  looks: Array<{ step: number; loss: number }>
  best: number
  last: number
  reached: boolean
  end: RunEnd
}

/** Trains a fresh program until its steps are done or the goal is reached. */
export async function trainOnAll(subject: Subject, options: FullTrainingOptions): Promise<FullTraining> {
  const { train, on, seed, steps, batchSize, every, change, reached, beforeStep, ...control } = options
  const program = await openProgram(subject, seed)
  const { optimizer } = program
  const batches = minibatches(train, { batchSize, seed })
  const looks: FullTraining['looks'] = []
  const look = (step: number) => {
    const loss = lossOf(program, on)
    looks.push({ step, loss })
    return reached?.(program, loss) ?? false
  }
  try {
    change?.(program)
    look(0)
    const { losses, end } = await trainProgram(
      program,
      (step) => {
        beforeStep?.(program, step)
        return batches.next()
      },
      {
        ...control,
        seed,
        steps,
        readEvery: every,
        until: ({ length }) => (length % every === 0 && look(length) ? 'done' : undefined),
      },
    )
    const reachedLast = end === 'steps' && steps % every !== 0 && look(steps)
    const seen = looks.map(({ loss }) => loss)
    return {
      losses,
      looks,
      best: Math.min(...seen.filter(Number.isFinite)),
      last: end === 'non-finite' ? Number.NaN : seen.at(-1)!,
      reached: end === 'done' || reachedLast,
      end,
    }
  } finally {
    batches.dispose()
    program.dispose()
    // One that was put in its place went with the program; the first did not.
    if (program.optimizer !== optimizer) optimizer?.dispose()
  }
}
