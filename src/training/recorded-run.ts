/** Why a run ended. */
export type RunEnd = 'steps' | 'done' | 'plateau' | 'non-finite' | 'deadline' | 'aborted'

/** What was recorded while a program trained. */
export interface Run {
  /** Training loss before each update, without the weight penalty. */
  losses: number[]
  /** Weight penalty before each update; empty for programs without one. */
  penalties: number[]
  /** Euclidean norm of all gradients, by step; every `probeEvery` steps. */
  gradientNorms: Array<{ step: number; value: number }>
  /** Metrics the program was compiled with, one value per step; empty unless asked for. */
  metrics: Record<string, number[]>
  /** Norm of the update over norm of the weights (Infinity from weights of zero), by step; every `probeEvery` steps. */
  updateRatios: Array<{ step: number; value: number }>
  /** Mean seconds per step, readings and probes included. */
  secondsPerStep: number
  end: RunEnd
}
