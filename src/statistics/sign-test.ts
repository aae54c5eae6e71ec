import { binomialAtLeast } from './probability.js'
import { requireFinite, requireSample } from './valid-sample.js'

export interface SignTest {
  /** Differences greater than the bound. */
  above: number
  /** Differences less than the bound. */
  below: number
  /** Differences equal to the bound: they are dropped, and the test is of the others. */
  ties: number
  /** One-sided and exact: P(as many above | above and below are equally likely). 1 where all are ties. */
  pValue: number
}

/**
 * Are the differences greater than `bound` more often than less? (Arbuthnot, 1710; Dixon and Mood, 1946.) Assumes
 * nothing about their distribution. The smallest p value of n differences is 2⁻ⁿ: fewer than five never reach 0.05.
 */
export function signTest(differences: ArrayLike<number>, bound = 0): SignTest {
  requireSample('differences', differences, 1)
  requireFinite('bound', bound)
  let above = 0
  let below = 0
  for (let i = 0; i < differences.length; i++) {
    if (differences[i]! > bound) above++
    else if (differences[i]! < bound) below++
  }
  return {
    above,
    below,
    ties: differences.length - above - below,
    pValue: headsAtLeast(above, above + below),
  }
}

/** P(as many heads of fair coins): whole numbers over a power of two, so that 2⁻ⁿ is 2⁻ⁿ. */
function headsAtLeast(heads: number, coins: number): number {
  if (coins > 1000) return binomialAtLeast(heads, coins, 0.5)
  let ways = 1
  let sum = 0
  for (let tails = 0; tails <= coins - heads; tails++) {
    sum += ways
    ways = (ways * (coins - tails)) / (tails + 1)
  }
  return sum / 2 ** coins
}
