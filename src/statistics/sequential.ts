import { type PairedInterval, pairedMoments } from './paired-interval.js'
import { requireFinite, requireSample } from './valid-sample.js'

/**
 * When a sequence of paired differences may stop: `plannedBoundary` for a fixed budget, `anytimeBoundary` for none.
 * Both are in terms of Student's t after n differences, whose law does not depend on the unknown variance.
 */
export interface StoppingBoundary {
  /** The rate at which either limit by itself ever misses the mean. */
  readonly alpha: number
  /** The most differences it is made for; Infinity for any number. */
  readonly budget: number
  /** The t to exceed after n differences; Infinity where n is no look, or too few to decide anything. */
  critical(n: number): number
  /**
   * A one-sided p value that holds at whichever look the sequence stopped, so that Holm's procedure takes it:
   * `statistics[i]` is t after i + 2 differences. At most `alpha` just when one of them exceeds its critical value.
   */
  pValue(statistics: readonly number[]): number
}

export interface PairedSequenceOptions {
  boundary: StoppingBoundary
  /** The mean difference to be told from, in the unit of the differences. Default 0. */
  bound?: number
  /** As of `pairedInterval`: the smallest step of the differences. Scores of few examples need it. */
  resolution?: number
}

export interface PairedSequence
  extends Pick<PairedInterval, 'mean' | 'sd' | 'low' | 'high' | 'deterministic'> {
  /** Whether the mean is above or below the bound. Wrong about either with at most the alpha of the boundary. */
  decision: 'above' | 'below' | 'undecided'
  /** Differences used, up to the decision or the last look: those after it count for nothing. */
  n: number
  /** No more differences are wanted: decided, or the budget is spent. */
  finished: boolean
  /** Against the mean being at most `bound`. */
  pValueAbove: number
  /** Against the mean being at least `bound`. */
  pValueBelow: number
}

/**
 * The differences in the order they came, looked at after each, until the mean is told from `bound`: easy comparisons
 * take few, hard ones stop at the budget. The limits are those of the last look used, and hold at every look at once
 * (repeated confidence intervals: Jennison and Turnbull, 1989); -Infinity and Infinity before the first. Assumes
 * independent Gaussian differences of one unknown variance. Throws for fewer than two.
 */
export function pairedSequence(
  differences: ArrayLike<number>,
  { boundary, bound = 0, resolution }: PairedSequenceOptions,
): PairedSequence {
  requireSample('differences', differences, 2)
  requireFinite('bound', bound)
  const all = Float64Array.from(differences)
  const most = Math.min(all.length, boundary.budget)
  const statistics: number[] = []
  let decision: PairedSequence['decision'] = 'undecided'
  let last = 0
  for (let n = 2; n <= most && decision === 'undecided'; n++) {
    const { t } = pairedMoments(all.subarray(0, n), bound, resolution)
    statistics.push(t)
    const critical = boundary.critical(n)
    if (critical === Infinity) continue
    last = n
    if (t > critical) decision = 'above'
    else if (t < -critical) decision = 'below'
  }
  const n = last || most
  const { mean, sd, deterministic } = pairedMoments(all.subarray(0, n), bound, resolution)
  const margin = last === 0 ? Infinity : sd === 0 ? 0 : (boundary.critical(n) * sd) / Math.sqrt(n)
  return {
    decision,
    n,
    finished: decision !== 'undecided' || all.length >= boundary.budget,
    mean,
    sd,
    low: mean - margin,
    high: mean + margin,
    pValueAbove: boundary.pValue(statistics),
    pValueBelow: boundary.pValue(statistics.map((t) => -t)),
    deterministic,
  }
}
