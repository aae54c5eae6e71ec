import type { OverfitGoal } from '../statistics/overfit-goal.js'
import type { OutputView } from '../training/outputs.js'
import type { Run, RunControl } from '../training/run.js'
import type { Examples, Subject } from '../training/trainable.js'

/** A run that did not overfit its batch, and what the experiments need to repeat it. */
export interface OverfitEvidence {
  subject: Subject
  batch: Examples
  /** Labels and predictions before training. */
  outputs: OutputView[]
  goal: OverfitGoal
  run: Run
  seed: number
  control: RunControl
}
