import { normalQuantile } from './probability.js'

/** Bounds that healthy values of one feature stay within. */
export interface Fences {
  low: number
  high: number
  center: number
  /** What a standard deviation would be without tails, on either side. */
  spreadBelow: number
  spreadAbove: number
}

/** Chance of one false alarm in a whole data set of Gaussian features. */
const chance = 1e-4
const [inner, outer] = [0.6744897501960817, 1.2815515655446004]
/** Standard error of log(outer / inner spread), times the square root of the number of values: Gaussian values. */
const errorOfRatio = 1.5
/** The tail of few values is uncertain; that much is granted at the most. */
const mostGrant = 0.4

/**
 * Fences of a feature that has `count` values, one of `features`. Each side of the median is Tukey's h-distribution
 * (Hoaglin 1985), x = A z exp(h z² / 2): A and h follow from the quartile and the tenth (quantiles that a tenth of
 * outliers cannot move far), h = 0 for Gaussian tails, more for heavier ones; two standard errors of it are granted.
 * The fence is where it reaches the normal quantile of 1 - 1e-4 / values: by construction fewer than one in 10,000
 * Gaussian data sets has a value beyond, whatever their size, and fences of log-normal features lie far out.
 * `sorted`: a sample of the values. Undefined where a side has no spread to measure.
 */
export function fencesOf(sorted: Float64Array, count: number, features: number): Fences | undefined {
  const quantile = (p: number): number => {
    const at = p * (sorted.length - 1)
    const below = Math.floor(at)
    const above = Math.min(below + 1, sorted.length - 1)
    return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!)
  }
  const center = quantile(0.5)
  const z = -normalQuantile(Math.min(chance / (count * features), 1e-5))
  const grant = Math.min(mostGrant, (2 * errorOfRatio) / Math.sqrt(sorted.length) / 0.6)
  const side = (near: number, far: number) => {
    if (!(near > 0 && far > 0)) return undefined
    const h = Math.max(0, Math.log(far / near / (outer / inner)) / ((outer ** 2 - inner ** 2) / 2)) + grant
    // The scale from the far quantile where that is larger: rounded values have a quartile on the next step.
    const spread = Math.max(near / inner, far / outer)
    return { spread, reach: spread * z * Math.exp((h * z * z) / 2) }
  }
  const above = side(quantile(0.75) - center, quantile(0.9) - center)
  const below = side(center - quantile(0.25), center - quantile(0.1))
  const known = above ?? below
  if (!known) return undefined
  return {
    center,
    high: center + Math.max((above ?? known).reach, oneSided(below, known)),
    low: center - Math.max((below ?? known).reach, oneSided(above, known)),
    spreadAbove: (above ?? known).spread,
    spreadBelow: (below ?? known).spread,
  }
}

/** A side without spread of its own (counts at 0) has at least the other's. */
function oneSided(other: { reach: number } | undefined, known: { reach: number }): number {
  return other ? 0 : known.reach
}
