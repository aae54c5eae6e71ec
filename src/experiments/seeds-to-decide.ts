import { pairsNeeded } from '../statistics/detectable-effect.js'
import type { Comparison } from './comparison.js'
import { boundsOf, type Hypothesis } from './hypothesis.js'

/** Below this many deviations from the bound no number of seeds that could be run decides. */
const leastEffectSize = 0.03

/**
 * Seeds that would decide with a chance of 0.8, were the effect what it looks like now; Infinity where it is too close to
 * the claim, undefined where its deviation is not known.
 */
export function seedsToDecide(
  claim: Hypothesis,
  { mean: effect, deviation, effects }: Pick<Comparison, 'mean' | 'deviation' | 'effects'>,
  alpha: number,
): number | undefined {
  const { least, most } = boundsOf(claim)
  const effectSize = Math.abs(Math.min(effect - least, most - effect)) / deviation
  if (!(deviation > 0) || Number.isNaN(effectSize)) return undefined
  if (effectSize < leastEffectSize) return Infinity
  return Math.max(pairsNeeded({ effectSize, alpha, power: 0.8 }), effects.length + 1)
}
