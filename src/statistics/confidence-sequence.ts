import type { StoppingBoundary } from './sequential.js'
import { studentCdf } from './students-t.js'
import { requirePositive, requireRate } from './valid-sample.js'

export interface AnytimeOptions {
  /** The rate at which either limit ever misses the mean; between 0 and 1/2. */
  alpha: number
  /**
   * The effect size (d_z) it is made for: the deviation of the half-normal prior. Default 4, which decides from three
   * differences on; bench/sequential.mjs prints what it finds. Any other is as valid.
   */
  scale?: number
}

/**
 * For any number of differences, looked at whenever one likes: the chance that a limit ever misses is at most alpha.
 * The e-process is the ratio of likelihoods of t (the maximal invariant under scale, so that the unknown variance is
 * gone) with a half-normal mixture over effect sizes above 0: the Gaussian mixture of Wang and Ramdas (2023, after
 * Lai, 1976), one-sided and in closed form. It is a martingale for a mean at the bound and, since the ratio of
 * likelihoods of t increases in t, a supermartingale for means below; Ville's inequality does the rest. Assumes
 * independent Gaussian differences. Where the most differences are known beforehand, `plannedBoundary` finds more.
 */
export function anytimeBoundary({ alpha, scale = 4 }: AnytimeOptions): StoppingBoundary {
  requireRate('alpha', alpha, 0.5)
  requirePositive('scale', scale)
  const known: number[] = []
  return {
    alpha,
    budget: Infinity,
    critical(n) {
      known[n] ??= criticalValue(n, scale, -Math.log(alpha))
      return known[n]!
    },
    pValue(statistics) {
      let most = 0
      statistics.forEach((t, i) => {
        most = Math.max(most, logEvidence(t, i + 2, scale))
      })
      return Math.exp(-most)
    },
  }
}

/**
 * The logarithm of the e-process after `n` differences with statistic `t`, which may be infinite. With y = t /
 * √(n - 1 + t²), v = n scale² and c² = v / (1 + v), e = 2 (1 + v)^(-1/2) (1 - c²y²)^(-n/2) P(T_n ≤ √n cy / √(1 - c²y²)).
 */
export function logEvidence(t: number, n: number, scale: number): number {
  const y = Math.abs(t) === Infinity ? Math.sign(t) : t / Math.sqrt(n - 1 + t * t)
  const v = n * scale * scale
  const cy = y * Math.sqrt(v / (1 + v))
  const rest = 1 - cy * cy
  const towards = studentCdf((Math.sqrt(n) * cy) / Math.sqrt(rest), n)
  return Math.log(2) - 0.5 * Math.log1p(v) - (n / 2) * Math.log(rest) + Math.log(towards)
}

/** The evidence increases in t; of few differences it may never be enough. */
function criticalValue(n: number, scale: number, wanted: number): number {
  if (n < 2 || logEvidence(Infinity, n, scale) <= wanted) return Infinity
  let low = -20
  let high = 40
  while (high - low > 1e-13 * Math.max(1, Math.abs(high))) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (logEvidence(Math.exp(middle), n, scale) < wanted) low = middle
    else high = middle
  }
  return Math.exp(high)
}
