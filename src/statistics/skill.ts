import { bestConstant } from './constant-predictor.js'
import { standardError } from './estimates.js'
import type { InitOutput } from './init-loss.js'
import { lossOfRows, meanOfRows, reductionFactor } from './losses.js'

/** How much of what the inputs could tell a program has learned. */
export interface Skill {
  /** Mean loss of the program and of the best constant prediction on the same labels. */
  loss: number
  constant: number
  /** (constant - loss) / constant: 0 for ignoring the inputs, 1 for perfect predictions, below 0 for worse. */
  share: number
  /** Mean gain per row over its standard error: how surely the gain is not chance. */
  certainty: number
}

/**
 * Skill of predictions against the best constant (input-independent) prediction of the same labels, summed over
 * the outputs. Undefined when a loss is unknown. The published default for a useful share is 0.1.
 */
export function skillOf(outputs: readonly InitOutput[]): Skill | undefined {
  let loss = 0
  let constant = 0
  const gains: number[] = []
  for (const { loss: description, labels, predictions } of outputs) {
    if (!description) return undefined
    const { kind } = description
    const factor = Math.abs(reductionFactor(description, labels.rows, labels.width))
    const own = lossOfRows(kind, labels, predictions)
    const best = lossOfRows(kind, labels, bestConstant(kind, labels))
    loss += factor * meanOfRows(own, labels.weights)
    constant += factor * meanOfRows(best, labels.weights)
    for (let i = 0; i < labels.rows; i++) {
      gains.push(factor * (best[i]! - own[i]!) * (labels.weights ? labels.weights[i]! : 1))
    }
  }
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
  const error = standardError(gains)
  return {
    loss,
    constant,
    share: constant === 0 ? 0 : (constant - loss) / Math.abs(constant),
    certainty: error === 0 ? (mean > 0 ? Infinity : 0) : mean / error,
  }
}
