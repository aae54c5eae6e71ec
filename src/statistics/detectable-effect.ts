import { InvalidArgumentError } from '../errors.js'
import { noncentralUpperTail } from './noncentral-t.js'
import type { StoppingBoundary } from './sequential.js'
import { studentUpperQuantile } from './students-t.js'
import { requireCount, requirePositive, requireRate } from './valid-sample.js'

/**
 * The chance that a one-sided paired t test of `n` Gaussian differences finds a mean of `effectSize` standard
 * deviations above the bound (Cohen, 1988, with the exact noncentral t). For a `plannedBoundary` the level
 * `nominal[budget]` of its last look gives a lower bound of its power.
 */
export function pairedPower({
  n,
  effectSize,
  alpha,
}: {
  n: number
  effectSize: number
  alpha: number
}): number {
  requireCount('n', n, 2)
  requireRate('alpha', alpha)
  return noncentralUpperTail(studentUpperQuantile(alpha, n - 1), n - 1, effectSize * Math.sqrt(n))
}

/**
 * The smallest mean difference, beyond the bound, that a one-sided paired t test of `n` finds with chance `power`:
 * in the unit of `sd`, the standard deviation of the differences (1 for the answer as d_z).
 */
export function detectableEffect({
  n,
  alpha,
  power,
  sd = 1,
}: {
  n: number
  alpha: number
  power: number
  sd?: number
}): number {
  requirePositive('sd', sd)
  requireRate('power', power)
  if (power <= alpha) {
    throw new InvalidArgumentError('power', String(power), `more than alpha, ${alpha}`)
  }
  let low = 0
  let high = 1
  while (pairedPower({ n, effectSize: high, alpha }) < power) high *= 2
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2
    if (pairedPower({ n, effectSize: middle, alpha }) < power) low = middle
    else high = middle
  }
  return high * sd
}

/** The fewest differences with which a one-sided paired t test finds `effectSize` with chance `power`. */
export function pairsNeeded({
  effectSize,
  alpha,
  power,
}: {
  effectSize: number
  alpha: number
  power: number
}): number {
  requirePositive('effectSize', effectSize)
  requireRate('power', power)
  let high = 2
  while (pairedPower({ n: high, effectSize, alpha }) < power) {
    if (high >= 100_000) {
      throw new InvalidArgumentError('effectSize', String(effectSize), 'one that 100000 pairs can show')
    }
    high *= 2
  }
  let low = high === 2 ? 1 : high / 2
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (pairedPower({ n: middle, effectSize, alpha }) < power) low = middle
    else high = middle
  }
  return high
}

/**
 * The fewest differences with which a test could ever decide at level `alpha`, however large the effect. A plan of
 * fewer cannot succeed. The exact tests of signs and of signed ranks have no p value below 2⁻ⁿ; Student's t has none
 * too small from two differences on.
 */
export function fewestPairs(test: 'sign' | 'signed-rank' | 'student', alpha: number): number {
  requireRate('alpha', alpha)
  if (test === 'student') return 2
  let n = 1
  while (2 ** -n > alpha) n++
  return n
}

/** The same of a stopping boundary: its first look with a finite critical value. Undefined within the budget or 1000. */
export function fewestPairsOf(boundary: StoppingBoundary): number | undefined {
  for (let n = 2; n <= Math.min(boundary.budget, 1000); n++) {
    if (boundary.critical(n) < Infinity) return n
  }
  return undefined
}
