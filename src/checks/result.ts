/** The causes a failed check can name. Printed exactly as written here in messages, reports and JSON. */
export type CauseName =
  | 'gradient-sign'
  | 'diverging-loss'
  | 'learning-rate-too-high'
  | 'learning-rate-too-low'
  | 'unnormalized-inputs'
  | 'unnormalized-targets'
  | 'redundant-softmax'
  | 'missing-softmax'
  | 'wrong-output-activation'
  | 'wrong-loss'
  | 'loss-reduction'
  | 'label-shape'
  | 'label-range'
  | 'label-noise'
  | 'labels-independent-of-inputs'
  | 'class-imbalance'
  | 'constant-inputs'
  | 'inputs-ignored'
  | 'non-finite-data'
  | 'duplicates'
  | 'outliers'
  | 'train-validation-overlap'
  | 'target-leak'
  | 'label-map-mismatch'
  | 'unshuffled-data'
  | 'symmetric-init'
  | 'init-too-large'
  | 'init-too-small'
  | 'output-bias-off-base-rate'
  | 'dead-units'
  | 'saturated-units'
  | 'vanishing-gradients'
  | 'exploding-gradients'
  | 'no-gradient'
  | 'weights-not-updated'
  | 'missing-nonlinearity'
  | 'too-little-capacity'
  | 'over-regularized'
  | 'under-regularized'
  | 'examples-mixed'
  | 'future-leak'
  | 'eval-mode'
  | 'batch-norm-statistics'
  | 'augmentation-shift'
  | 'schedule-decays-early'
  | 'nondeterministic'
  | 'tensor-leak'
  | 'filters-are-noise'

/** Why a check failed: the cause by name, the numbers that point to it, and what to change. */
export interface Cause {
  name: CauseName
  evidence: string
  fix: string
}

export type Stage = 'data' | 'skeleton' | 'overfit' | 'regularize' | 'tune' | 'squeeze'

/** What one check found. JSON-safe except that numbers may be non-finite. */
export interface CheckResult {
  /** Kebab-case name of the check: `init-loss-near`, `overfit-batch` … */
  check: string
  stage: Stage
  status: 'passed' | 'failed' | 'skipped'
  /** One line, with the numbers. */
  summary: string
  measured: Record<string, number>
  expected: Record<string, number | string>
  /** Most likely first; empty when passed. */
  causes: Cause[]
  /** Recorded series, one value per training step: `loss`, … */
  curves?: Record<string, number[]>
  seed: number
  seconds: number
}

/** The result of a check that cannot run, with what it misses. */
export function skippedResult(check: {
  check: string
  stage: Stage
  reason: string
  seed: number
}): CheckResult {
  return {
    check: check.check,
    stage: check.stage,
    status: 'skipped',
    summary: `Skipped: ${check.reason}.`,
    measured: {},
    expected: {},
    causes: [],
    seed: check.seed,
    seconds: 0,
  }
}
