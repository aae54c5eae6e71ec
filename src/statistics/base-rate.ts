import { bestConstant } from './constant-predictor.js'
import { standardError } from './estimates.js'
import { type InitOutput, isCrossEntropy } from './init-loss.js'
import { isRegression, type LossKind, lossOfRows, meanOfRows, type Rows, takesLogits } from './losses.js'

/** How far a fresh output is from the base rate of its labels, in loss. */
export interface BaseRateGap {
  kind: 'crossEntropy' | 'quantity'
  loss: LossKind
  /** Loss of the mean first prediction. */
  start: number
  /** Loss of an unbiased start: equal probabilities, or 0. */
  equal: number
  /** Loss of the best constant, corrected for having been chosen on these labels (Miller and Madow). */
  constant: number
  /** (equal - constant) over its standard error. */
  certainty: number
  /** The bias of the last layer that predicts the base rate. */
  bias: number[]
}

/** Undefined where there is no base rate to speak of: custom losses, pictures as labels, hinge losses. */
export function baseRateGap({ loss, labels, predictions }: InitOutput): BaseRateGap | undefined {
  if (!loss || labels.rows < 2 || predictions.rows !== labels.rows) return undefined
  const { kind } = loss
  const crossEntropy = isCrossEntropy(loss)
  if (!(crossEntropy || isRegression(kind))) return undefined
  const { width } = labels
  if (crossEntropy && !isHard(labels)) return undefined
  const row = (values: ArrayLike<number>): Rows => ({ values, rows: 1, width })
  const constant = bestConstant(kind, labels)
  const equalRow = row(
    new Float64Array(width).fill(crossEntropy && !takesLogits(kind) ? 1 / Math.max(width, 2) : 0),
  )
  const unbiased = kind === 'binaryCrossentropy' ? row(new Float64Array(width).fill(0.5)) : equalRow
  const [equal, best] = [lossOfRows(kind, labels, unbiased), lossOfRows(kind, labels, constant)]
  const average = (losses: Float64Array) => meanOfRows(losses, labels.weights)
  const gains = Float64Array.from(equal, (value, i) => (value - best[i]!) * (labels.weights?.[i] ?? 1))
  const error = standardError(gains)
  const freedom = width > 1 && kind !== 'binaryCrossentropy' && kind !== 'sigmoidCrossEntropy' ? width - 1 : 1
  const correction = crossEntropy ? freedom / (2 * labels.rows) : 0
  const gain = average(equal) - average(best) - correction
  return {
    kind: crossEntropy ? 'crossEntropy' : 'quantity',
    loss: kind,
    start: average(lossOfRows(kind, labels, row(columnMeans(predictions)))),
    equal: average(equal),
    constant: average(best) + correction,
    certainty: error === 0 ? (gain > 0 ? Infinity : 0) : gain / error,
    bias: biasOf(kind, constant),
  }
}

function isHard({ values }: Rows): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0 && values[i] !== 1) return false
  return true
}

function columnMeans({ values, rows, width }: Rows): Float64Array {
  const means = new Float64Array(width)
  for (let i = 0; i < rows * width; i++) means[i % width]! += values[i]! / rows
  return means
}

/** Through the output activation: log(p / (1 − p)) for a sigmoid, log p for a softmax, the constant itself else. */
function biasOf(kind: LossKind, { values }: Rows): number[] {
  const least = 1e-6
  return Array.from(values, (p) => {
    if (kind === 'binaryCrossentropy') return Math.log(Math.max(p, least) / Math.max(1 - p, least))
    if (kind === 'categoricalCrossentropy' || kind === 'kullbackLeiblerDivergence')
      return Math.log(Math.max(p, least))
    return p
  })
}
