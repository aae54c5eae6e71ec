/** Counts of values in bins of equal width. */
export interface Histogram {
  low: number
  high: number
  counts: number[]
}

const bins = 24

/** Of finite values between `low` and `high`. */
export function histogramOf(values: ArrayLike<number>, low: number, high: number): Histogram {
  const counts = new Array<number>(bins).fill(0)
  const width = (high - low) / bins
  for (let i = 0; i < values.length; i++)
    counts[width > 0 ? Math.min(bins - 1, Math.floor((values[i]! - low) / width)) : 0]!++
  return { low, high, counts }
}
