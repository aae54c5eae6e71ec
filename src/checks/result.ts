import type { Cause } from '../diagnosis/cause.js'
import type { Histogram } from '../statistics/histogram.js'

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
  /** What was seen of each layer, in the order of computation. */
  layers?: LayerRecord[]
  seed: number
  seconds: number
  /** It was not run again: it has passed with the same programs, data, options and seed. */
  reused?: true
}

/** What a check saw of one layer; norms are Euclidean, of its kernel. */
export interface LayerRecord {
  /** `layer 0 Conv2D` */
  layer: string
  weightNorm?: number
  /** By step. */
  gradientNorms?: number[]
  /** Norm of the update over that of the weights, by step. */
  updateRatios?: number[]
  /** Of the last look. */
  activations?: ActivationRecord
}

/** The outputs of one layer on a batch. */
export interface ActivationRecord {
  /** Share of units that are 0 for every example. */
  dead: number
  /** Share of values at the ends of a sigmoid or tanh. */
  saturated: number
  /** Root mean square. */
  size: number
  /** Absent where a value is not finite. */
  histogram?: Histogram
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
