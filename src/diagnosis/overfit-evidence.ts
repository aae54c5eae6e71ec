import type { OverfitGoal } from '../statistics/overfit-goal.js'
import type { OutputView } from '../training/outputs.js'
import type { Run, RunControl } from '../training/run.js'
import type { Examples, Subject } from '../training/trainable.js'
import type { Cause } from './cause.js'

/** Causes found by experiments on one program, by seed. */
export type Diagnoses = Map<number, readonly Cause[]>

/** A run that did not overfit its batch, and what the experiments need to repeat it. */
export interface OverfitEvidence {
  subject: Subject
  batch: Examples
  /** Labels and predictions before training. */
  outputs: OutputView[]
  /** The same after it. */
  fitted?: OutputView[]
  goal: OverfitGoal
  run: Run
  seed: number
  control: RunControl
  /** What another check has found of the same program, and where to leave what is found here. */
  diagnoses?: Diagnoses | undefined
}

/** Where the experiments stop for a custom loss, which has no floor that is known. */
export function markOf(goal: OverfitGoal, losses: readonly number[]): OverfitGoal {
  const first = losses[0]!
  return {
    ...goal,
    constant: undefined,
    floor: Math.min(0, ...losses),
    loss: first > 0 ? 0.05 * first : -Infinity,
  }
}
