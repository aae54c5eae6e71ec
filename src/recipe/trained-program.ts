import { type CheckOptions, controlOf, defaultSeed, wasCutShort } from '../checks/options.js'
import { remembered } from '../checks/remembered.js'
import type { CheckResult } from '../checks/result.js'
import { noteAgain, notingOpenings, type Opening } from '../memo/openings.js'
import { lossOf } from '../training/measure.js'
import { type PlannedRun, runPlan, type TrainingPlan } from '../training/planned-run.js'

/** A program after the planned run of its recipe, or after as many steps of it as the budget allows. */
export interface TrainedProgram extends PlannedRun {
  /** Loss on the validation examples, where the recipe has any: before the first step and then every so many. */
  validation: { losses: number[]; every: number }
}

/** The program of a recipe after its planned run, trained once under a seed for all checks that look at it. */
export interface TrainedPrograms {
  /** Steps it is trained. */
  steps: number
  /** How it is trained. */
  plan(): Promise<TrainingPlan>
  /** Whoever asks first waits for the training. The program lives until `dispose`; it is not to be trained on. */
  under(options: CheckOptions): Promise<TrainedProgram>
  dispose(): Promise<void>
}

const validationLooks = 100

interface Noted {
  result: TrainedProgram
  noted: Opening[] | undefined
}

export function trainedPrograms(plan: () => Promise<TrainingPlan>, steps: number): TrainedPrograms {
  const complete = new Map<number, Promise<Noted>>()
  const all: Array<Promise<Noted>> = []
  const start = (seed: number, options: CheckOptions) => {
    const run = plan().then((planned) =>
      notingOpenings([planned.create], () => train(planned, steps, options)),
    )
    complete.set(seed, run)
    all.push(run)
    // One that was cut short is no answer for a check that has time left.
    run.then(
      ({ result }) => wasCutShort(result.end) && complete.delete(seed),
      () => complete.delete(seed),
    )
    return run
  }
  return {
    steps,
    plan,
    async under(options) {
      const { seed = defaultSeed } = options
      const { result, noted } = await (complete.get(seed) ?? start(seed, options))
      noteAgain((await plan()).create, noted)
      return result
    },
    async dispose() {
      complete.clear()
      for (const run of await Promise.allSettled(all.splice(0)))
        if (run.status === 'fulfilled') run.value.result.program.dispose()
    },
  }
}

async function train(plan: TrainingPlan, steps: number, options: CheckOptions): Promise<TrainedProgram> {
  const { seed = defaultSeed } = options
  const { validation } = plan
  const every = Math.max(1, Math.floor(steps / validationLooks))
  const losses: number[] = []
  const run = await runPlan(plan, {
    ...controlOf(options),
    seed,
    steps,
    ...(validation && {
      look: {
        every,
        see(program) {
          losses.push(lossOf(program, validation))
          return undefined
        },
      },
    }),
  })
  return { ...run, validation: { losses, every } }
}

/**
 * A check of the program after its planned run. Its time is that of the training too, where it was the first to ask.
 * `inputs`: what else decides its result.
 */
export async function afterTraining(
  name: string,
  trained: TrainedPrograms,
  inputs: CheckOptions & Record<string, unknown>,
  check: () => CheckResult | Promise<CheckResult>,
): Promise<CheckResult> {
  const { create, ...plan } = await trained.plan()
  return remembered(
    `${name} after training`,
    [create],
    { ...inputs, plan, steps: trained.steps },
    async () => {
      const started = performance.now()
      const result = await check()
      return { ...result, seconds: (performance.now() - started) / 1000 }
    },
  )
}
