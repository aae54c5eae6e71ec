import type { Cause } from '../diagnosis/cause.js'

export type { Cause, CauseName } from '../diagnosis/cause.js'

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
