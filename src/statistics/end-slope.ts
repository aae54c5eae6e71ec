import { studentQuantile, studentUpperTail } from './students-t.js'

/** How a series falls or rises at its end. */
export interface EndSlope {
  /** Change per value, of the logarithm where all values are positive, else of the values. */
  slope: number
  /** Standard error of the slope. */
  error: number
  /** One-sided: the chance of so steep a fall in a series that is level. */
  p: number
  /** One-sided upper limit of the slope at 95 %. */
  upper: number
  logarithmic: boolean
  /** Values looked at. */
  count: number
  /** Level at the end of the line, in units of the values. */
  level: number
}

/** Means of blocks of neighbouring values are nearly independent of each other where the blocks are long. */
const blocks = 12
/** Fewer values in a block are single values again. */
export const leastEnd = 2 * blocks

/**
 * The straight line through the last values of a noisy, autocorrelated series: by least squares through the means of
 * twelve blocks, with a standard error that is widened by the autocorrelation that is left between blocks
 * ((1 + r) / (1 - r), r the lag-1 autocorrelation of the residuals, corrected for its bias of -(1 + 3 r) / n after
 * Kendall, Biometrika 41, 1954). `bench/end-slope.mjs` measures how often a level series is called falling.
 */
export function endSlope(values: readonly number[]): EndSlope {
  const logarithmic = values.every((value) => value > 0)
  const size = Math.floor(values.length / blocks)
  const used = values.slice(values.length - size * blocks)
  const means = Array.from({ length: blocks }, (_, block) => {
    const own = used.slice(block * size, (block + 1) * size)
    const mean = own.reduce((sum, value) => sum + value, 0) / size
    return logarithmic ? Math.log(mean) : mean
  })
  const center = (blocks - 1) / 2
  const average = means.reduce((sum, mean) => sum + mean, 0) / blocks
  let [cross, squares] = [0, 0]
  for (const [x, mean] of means.entries()) {
    cross += (x - center) * (mean - average)
    squares += (x - center) ** 2
  }
  const perBlock = cross / squares
  const residuals = means.map((mean, x) => mean - average - perBlock * (x - center))
  const variance = residuals.reduce((sum, residual) => sum + residual ** 2, 0) / (blocks - 2)
  const df = blocks - 2
  const error = Math.sqrt((variance / squares) * inflation(residuals))
  const slope = perBlock / size
  return {
    slope,
    error: error / size,
    p: error > 0 ? studentUpperTail(-perBlock / error, df) : perBlock < 0 ? 0 : 1,
    upper: (perBlock + studentQuantile(0.95, df) * error) / size,
    logarithmic,
    count: used.length,
    level: atEnd(average + perBlock * center, logarithmic),
  }
}

/** How much wider the error is than for independent residuals; never narrower. */
function inflation(residuals: readonly number[]): number {
  let [lagged, squares] = [0, 0]
  for (const [i, residual] of residuals.entries()) {
    squares += residual ** 2
    if (i > 0) lagged += residual * residuals[i - 1]!
  }
  if (squares === 0) return 1
  const found = lagged / squares
  // Residuals of a line are correlated negatively: two more of them are used up.
  const r = Math.min(0.8, Math.max(0, found + (2 + 4 * found) / residuals.length))
  return (1 + r) / (1 - r)
}

const atEnd = (value: number, logarithmic: boolean): number => (logarithmic ? Math.exp(value) : value)
