import type { MetricName } from '../training/metric.js'
import type { RunControl } from '../training/run.js'
import { type ArmRun, runArm } from './arm-run.js'
import { fingerprintOf } from './fingerprint.js'
import type { Journal } from './journal.js'
import type { ArmPlan } from './recipe-plan.js'

export interface AblationProgress {
  arm: string
  seed: number
  step: number
  steps: number
  loss: number
  /** Runs that are done, and those that are left if no arm stops early. */
  runs: number
  runsLeft: number
  secondsLeft: number | undefined
}

export interface TrainerControl extends Omit<RunControl, 'onProgress'> {
  onProgress?: (progress: AblationProgress) => void
}

/** Trains arms, each once under a seed, through the journal. */
export function ablationTrainer(
  journal: Journal,
  { seed: firstSeed, steps, metrics }: { seed: number; steps: number; metrics: readonly MetricName[] },
  { signal, deadline = Infinity, onProgress }: TrainerControl,
) {
  const fingerprints = new Map<ArmPlan, Promise<string>>()
  let [runs, expected, spent, seconds] = [0, 0, 0, 0]
  const fingerprint = (plan: ArmPlan): Promise<string> => {
    const known = fingerprints.get(plan) ?? fingerprintOf(plan, firstSeed, { steps, metrics })
    fingerprints.set(plan, known)
    return known
  }
  return {
    /** Runs that are left at most, for the time that is left. */
    expect(left: number) {
      expected = left
    },
    stepsSpent: () => spent,
    /** The run of an arm under a seed; undefined when there is no time for it: it is not kept half-way. */
    async run(arm: string, plan: ArmPlan, seed: number): Promise<ArmRun | undefined> {
      const print = await fingerprint(plan)
      const known = journal.find(print, seed)
      if (known) return known
      if (signal?.aborted || performance.now() > deadline) return undefined
      const run = await runArm(plan, {
        seed,
        steps,
        metrics,
        ...(signal && { signal }),
        deadline,
        ...(onProgress && {
          onProgress: (at) =>
            onProgress({
              arm,
              seed,
              ...at,
              runs,
              runsLeft: expected,
              secondsLeft: runs === 0 ? undefined : (seconds / runs) * expected,
            }),
        }),
      })
      spent += run.steps
      if (run.end === 'aborted' || run.end === 'deadline') return undefined
      runs++
      seconds += run.seconds
      expected = Math.max(0, expected - 1)
      journal.add(print, run)
      return run
    },
  }
}
