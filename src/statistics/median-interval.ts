import { median } from './estimates.js'

/** A value and the limits it lies within. */
export interface Interval {
  low: number
  middle: number
  high: number
}

/**
 * The median with its confidence interval from order statistics, which asks nothing of the distribution: outliers, as
 * timings have them, do not move it. `z` in standard deviations of the binomial; 2.576 is 99 %.
 * With fewer than 8 values the limits are the smallest and the largest.
 */
export function medianInterval(values: readonly number[], z = 2.576): Interval {
  const sorted = values.toSorted((a, b) => a - b)
  const count = sorted.length
  const reach = Math.floor(count / 2 - (z * Math.sqrt(count)) / 2)
  const at = count < 8 ? 0 : Math.max(0, Math.min(reach, (count - 1) >> 1))
  return { low: sorted[at] ?? Number.NaN, middle: median(sorted), high: sorted[count - 1 - at] ?? Number.NaN }
}

/** Half the width of an interval in parts of its middle. */
export const relativeError = ({ low, middle, high }: Interval): number => (high - low) / 2 / middle
