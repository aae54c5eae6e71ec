import { InvalidArgumentError } from '../errors.js'
import { requireCount, requireRate } from './valid-sample.js'

/**
 * Holm's step-down adjusted p values, in the order given (Holm, 1979): those below alpha are rejected with at most
 * that chance of any false rejection, however the tests depend on each other.
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  requirePValues(pValues)
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!)
  const adjusted = new Array<number>(pValues.length)
  let largest = 0
  order.forEach((index, place) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - place) * pValues[index]!))
    adjusted[index] = largest
  })
  return adjusted
}

/** The alpha of each of `comparisons` limits that together miss with at most `alpha`. */
export function bonferroniAlpha(alpha: number, comparisons: number): number {
  requireRate('alpha', alpha)
  requireCount('comparisons', comparisons, 1)
  return alpha / comparisons
}

export interface HolmLimit {
  rejected: boolean
  /** The alpha at which to compute the limit of this comparison. */
  alpha: number
  /** What the limit is: as computed; no worse than the bound; or the bound, about which no more can be said. */
  limit: 'computed' | 'at least the bound' | 'the bound'
}

/**
 * How to compute one-sided lower limits that hold together and agree with Holm's decisions (Strassburger and Bretz,
 * 2008; Guilbaud, 2008). With r of m rejected, r < m: the others have their limits at alpha / (m - r), which do not
 * pass their bounds, and for the rejected the bound itself is the limit. With all rejected every limit is the greater
 * of its bound and the one at alpha / m. Plain limits at alpha / m (`bonferroniAlpha`) hold together too and say more
 * about the rejected, but some may not pass a bound that Holm's procedure rejects.
 */
export function holmLimits(pValues: readonly number[], alpha: number): HolmLimit[] {
  requireRate('alpha', alpha)
  const rejections = holmAdjusted(pValues).map((p) => p <= alpha)
  const retained = rejections.filter((rejected) => !rejected).length
  return rejections.map((rejected) => {
    if (retained === 0) return { rejected, alpha: alpha / pValues.length, limit: 'at least the bound' }
    return { rejected, alpha: alpha / retained, limit: rejected ? 'the bound' : 'computed' }
  })
}

function requirePValues(pValues: readonly number[]): void {
  pValues.forEach((p, i) => {
    if (!(p >= 0 && p <= 1)) {
      throw new InvalidArgumentError(`pValues[${i}]`, String(p), 'a probability from 0 to 1')
    }
  })
}
