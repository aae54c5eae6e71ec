import { requireFinite, requireSample } from './valid-sample.js'

export interface SignedRankTest {
  /** The sum of the ranks of the differences greater than the bound. */
  statistic: number
  /** Differences equal to the bound. */
  zeros: number
  /** One-sided and exact given the ranks: P(a sum as large | signs are fair coins). 1 where all are zeros. */
  pValue: number
}

/**
 * Wilcoxon's signed-rank test of differences greater than `bound` (Wilcoxon, 1945), for differences symmetric about
 * their centre. Equal magnitudes share the mean of their ranks. Zeros are ranked with the others and their ranks are
 * then left out (Pratt, 1959), since leaving them out first can turn a decision around. The distribution is exact,
 * ties or not: all sums of the doubled ranks, which are whole, by dynamic programming in O(n³).
 */
export function signedRankTest(differences: ArrayLike<number>, bound = 0): SignedRankTest {
  requireSample('differences', differences, 1)
  requireFinite('bound', bound)
  const shifted = Array.from(differences, (difference) => difference - bound)
  const doubled = doubledRanks(shifted.map(Math.abs))
  const ranks: number[] = []
  let sum = 0
  shifted.forEach((difference, i) => {
    if (difference === 0) return
    ranks.push(doubled[i]!)
    if (difference > 0) sum += doubled[i]!
  })
  return { statistic: sum / 2, zeros: shifted.length - ranks.length, pValue: upperTail(ranks, sum) }
}

/** Twice the mid-rank of every magnitude. */
function doubledRanks(magnitudes: readonly number[]): number[] {
  const order = magnitudes.map((_, i) => i).sort((a, b) => magnitudes[a]! - magnitudes[b]!)
  const doubled = new Array<number>(magnitudes.length)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && magnitudes[order[end]!] === magnitudes[order[start]!]) end++
    // The mean of the ranks start + 1 … end, doubled.
    for (let i = start; i < end; i++) doubled[order[i]!] = start + 1 + end
    start = end
  }
  return doubled
}

/** P(sum of the ranks with a fair coin each ≥ `least`). */
function upperTail(ranks: readonly number[], least: number): number {
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const chances = new Float64Array(total + 1)
  chances[0] = 1
  let reached = 0
  for (const rank of ranks) {
    reached += rank
    for (let sum = reached; sum >= 0; sum--) {
      chances[sum] = 0.5 * (chances[sum]! + (sum >= rank ? chances[sum - rank]! : 0))
    }
  }
  let tail = 0
  for (let sum = total; sum >= least; sum--) tail += chances[sum]!
  return Math.min(1, tail)
}
