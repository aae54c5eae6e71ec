import type { Look } from '../statistics/early-stopping.js'
import { minibatches } from './batches.js'
import { callStep } from './call-step.js'
import { exampleLosses } from './example-losses.js'
import { countExamples } from './examples.js'
import { learningRateOf, setLearningRate } from './learning-rate.js'
import { lossOf } from './measure.js'
import { openProgram } from './open.js'
import { type OutputView, viewOutputs } from './outputs.js'
import { runPlan, type TrainingPlan } from './planned-run.js'
import type { Run, RunControl } from './run.js'
import type { Examples, Trainable } from './trainable.js'

/** A run to its last step, and what the looks at the validation examples saw; nothing to dispose. */
export interface LookedAtRun extends Run {
  looks: Look[]
  /** The validation examples as the program predicts them in the end. */
  views: OutputView[]
}

/** Trains as the plan says, but without stopping early, with a look before the first step and after every `every`. */
export async function trainAndLook(
  plan: TrainingPlan & { validation: Examples },
  { every, ...options }: RunControl & { seed: number; steps: number; every: number },
): Promise<LookedAtRun> {
  const { earlyStopping: _, ...unstopped } = plan
  const looks: Look[] = []
  const see = (program: Trainable, step: number): undefined => {
    looks.push(lookAt(program, plan.validation, step))
  }
  const { program, ...run } = await runPlan(unstopped, { ...options, look: { every, see } })
  try {
    return { ...run, looks, views: viewOutputs(program, plan.validation, 'options.validation') }
  } finally {
    program.dispose()
  }
}

function lookAt(program: Trainable, validation: Examples, step: number): Look {
  const views = viewOutputs(program, validation, 'options.validation')
  const losses = exampleLosses(views, countExamples(validation))
  const loss = losses
    ? losses.reduce((sum, one) => sum + one, 0) / losses.length
    : lossOf(program, validation)
  return { step, losses, loss }
}

/** The same run up to the first look, with ten times as many looks: the lowest, which may be that before the first step. */
export async function lowestEarlierLook(
  plan: TrainingPlan & { validation: Examples },
  { seed, every, ...control }: RunControl & { seed: number; every: number },
): Promise<Look> {
  const often = Math.max(1, Math.floor(every / 10))
  const { looks } = await trainAndLook(plan, { ...control, seed, steps: every, every: often })
  return looks.reduce((lowest, look) => (look.loss < lowest.loss ? look : lowest))
}

const smallSteps = 20

/**
 * Whether steps of a hundredth of the learning rate lower the loss of one batch, as steps along the gradient must;
 * undefined where the program does not tell its rate.
 */
export async function smallStepsLowerLoss(plan: TrainingPlan, seed: number): Promise<boolean | undefined> {
  const program = await openProgram(plan.create, seed)
  const batches = minibatches(plan.train, { batchSize: plan.batchSize ?? 32, seed, shuffle: true })
  try {
    const rate = plan.schedule?.(0) ?? learningRateOf(program.optimizer)
    if (rate === undefined || !setLearningRate(program.optimizer, rate / 100)) return undefined
    const batch = batches.next()
    const before = lossOf(program, batch)
    for (let step = 0; step < smallSteps; step++) (await callStep(program, batch)).dispose()
    return lossOf(program, batch) < before
  } finally {
    batches.dispose()
    program.dispose()
  }
}
