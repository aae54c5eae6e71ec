import type { Rows } from './losses.js'

/** Labels as a straight line of the predictions, by least squares. */
export interface StraightLine {
  slope: number
  offset: number
  /** Share of the labels' variance that the line explains. */
  explained: number
  /** Standard deviation of the labels. */
  deviation: number
}

/** The line of a single column; undefined where shapes differ or nothing varies. */
export function lineOf(labels: Rows, predictions: Rows): StraightLine | undefined {
  const { rows } = labels
  if (labels.width !== 1 || predictions.width !== 1 || predictions.rows !== rows) return undefined
  let [x, y, xx, xy, yy] = [0, 0, 0, 0, 0]
  for (let i = 0; i < rows; i++) {
    const [prediction, label] = [predictions.values[i]!, labels.values[i]!]
    x += prediction / rows
    y += label / rows
    xx += prediction ** 2 / rows
    xy += (prediction * label) / rows
    yy += label ** 2 / rows
  }
  const [varianceX, varianceY, covariance] = [xx - x * x, yy - y * y, xy - x * y]
  if (!(varianceX > 0) || !(varianceY > 0)) return undefined
  const slope = covariance / varianceX
  return {
    slope,
    offset: y - slope * x,
    explained: covariance ** 2 / varianceX / varianceY,
    deviation: Math.sqrt(varianceY),
  }
}

/** Predictions that are the labels but for a constant: nothing else is wrong with them. */
export const isOnlyOffset = ({ slope, offset, explained, deviation }: StraightLine): boolean =>
  explained > 0.8 && Math.abs(slope - 1) < 0.25 && Math.abs(offset) > deviation / 2
