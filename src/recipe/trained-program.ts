import { type CheckOptions, controlOf, defaultSeed, wasCutShort } from '../checks/options.js'
import type { CheckResult } from '../checks/result.js'
import { type PlannedRun, runPlan, type TrainingPlan } from '../training/planned-run.js'

/** The program of a recipe after its planned run, trained once under a seed for all checks that look at it. */
export interface TrainedPrograms {
  /** Whoever asks first waits for the training. The program lives until `dispose`; it is not to be trained on. */
  under(options: CheckOptions): Promise<PlannedRun>
  dispose(): Promise<void>
}

export function trainedPrograms(plan: () => Promise<TrainingPlan>, steps: number): TrainedPrograms {
  const complete = new Map<number, Promise<PlannedRun>>()
  const all: Array<Promise<PlannedRun>> = []
  return {
    under(options) {
      const { seed = defaultSeed } = options
      const known = complete.get(seed)
      if (known) return known
      const run = plan().then((planned) => runPlan(planned, { ...controlOf(options), seed, steps }))
      complete.set(seed, run)
      all.push(run)
      // One that was cut short is no answer for a check that has time left.
      run.then(
        ({ end }) => wasCutShort(end) && complete.delete(seed),
        () => complete.delete(seed),
      )
      return run
    },
    async dispose() {
      complete.clear()
      for (const run of await Promise.allSettled(all.splice(0)))
        if (run.status === 'fulfilled') run.value.program.dispose()
    },
  }
}

/** A check of the program after its planned run. Its time is that of the training too, where it was the first to ask. */
export async function afterTraining(
  trained: TrainedPrograms,
  options: CheckOptions,
  check: (run: PlannedRun) => Promise<CheckResult>,
): Promise<CheckResult> {
  const started = performance.now()
  const result = await check(await trained.under(options))
  return { ...result, seconds: (performance.now() - started) / 1000 }
}
