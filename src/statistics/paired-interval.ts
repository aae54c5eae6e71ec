import { logGamma } from './probability.js'
import { studentUpperQuantile, studentUpperTail } from './students-t.js'
import { requireFinite, requirePositive, requireRate, requireSample } from './valid-sample.js'

export interface PairedIntervalOptions {
  /**
   * The rate at which each limit by itself may miss the mean, between 0 and 1/2. Both together are an interval of
   * level 1 - 2 `alpha`: 0.025 for the usual 95 %.
   */
  alpha: number
  /** The mean difference under the null hypothesis, in the unit of the differences. Default 0. */
  bound?: number
  /**
   * The smallest step of the differences, as 1 / n for an accuracy on n examples. Differences rounded to steps can
   * be equal by chance: their deviation counts as no less than that of rounding, step / √12.
   */
  resolution?: number
}

/** The mean of paired differences, with its limits. All but the effect sizes in the unit of the differences. */
export interface PairedInterval {
  mean: number
  low: number
  high: number
  /** The standard deviation of the differences (n - 1), or that of rounding where it is greater. */
  sd: number
  n: number
  /** Cohen's d_z: (mean - bound) / sd. Infinite for a deviation of 0. */
  effectSize: number
  /** d_z times Hedges' exact correction for its bias; undefined for two differences, where d_z has no mean. */
  hedgesEffectSize: number | undefined
  /** The statistic (mean - bound) / (sd / √n). */
  t: number
  /** One-sided: of a mean at least this large if the true mean were `bound`. Below `alpha` just when low > bound. */
  pValue: number
  /**
   * All differences are equal (to 12 digits) and no resolution was given: nothing varies with the seed, the interval
   * is a point and the p value 0, 1/2 or 1. True of deterministic programs; of others it is rounding.
   */
  deterministic: boolean
}

/**
 * Student's interval for the mean of paired differences, one a seed (Student, 1908). Assumes independent Gaussian
 * differences; below n of about 10 it is nearer its level than the paired bootstrap, which is too narrow. Throws for
 * fewer than two differences or values that are not finite.
 */
export function pairedInterval(
  differences: ArrayLike<number>,
  { alpha, bound = 0, resolution }: PairedIntervalOptions,
): PairedInterval {
  requireRate('alpha', alpha, 0.5)
  const moments = pairedMoments(differences, bound, resolution)
  const { mean, sd, n, t } = moments
  const margin = sd === 0 ? 0 : (studentUpperQuantile(alpha, n - 1) * sd) / Math.sqrt(n)
  const effectSize = t / Math.sqrt(n)
  return {
    ...moments,
    low: mean - margin,
    high: mean + margin,
    effectSize,
    hedgesEffectSize: n > 2 ? effectSize * hedgesCorrection(n - 1) : undefined,
    pValue: studentUpperTail(t, n - 1),
  }
}

/** What Student's intervals of one sample and of a sequence have in common. */
export function pairedMoments(
  differences: ArrayLike<number>,
  bound: number,
  resolution: number | undefined,
): Pick<PairedInterval, 'mean' | 'sd' | 'n' | 't' | 'deterministic'> {
  requireSample('differences', differences, 2)
  requireFinite('bound', bound)
  if (resolution !== undefined) requirePositive('resolution', resolution)
  const n = differences.length
  let low = Infinity
  let high = -Infinity
  let sum = 0
  for (let i = 0; i < n; i++) {
    sum += differences[i]!
    low = Math.min(low, differences[i]!)
    high = Math.max(high, differences[i]!)
  }
  const equal = high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high))
  const mean = equal ? low + (high - low) / 2 : sum / n
  let squares = 0
  for (let i = 0; i < n; i++) squares += (differences[i]! - mean) ** 2
  const sd = Math.max(equal ? 0 : Math.sqrt(squares / (n - 1)), (resolution ?? 0) / Math.sqrt(12))
  const distance = mean - bound
  const t = distance === 0 ? 0 : distance / (sd / Math.sqrt(n))
  return { mean, sd, n, t, deterministic: sd === 0 }
}

/** Γ(ν/2) / (√(ν/2) Γ((ν-1)/2)) (Hedges, 1981). */
function hedgesCorrection(df: number): number {
  return Math.exp(logGamma(df / 2) - logGamma((df - 1) / 2) - 0.5 * Math.log(df / 2))
}
