import { lossOfRows, reductionFactor } from '../statistics/losses.js'
import type { OutputView } from './outputs.js'

/**
 * The loss of each example, summed over outputs and averaged over the steps of sequences, with the weights of the
 * examples. Undefined where a loss is not one of the standard ones.
 */
export function exampleLosses(outputs: readonly OutputView[], examples: number): Float64Array | undefined {
  const sums = new Float64Array(examples)
  for (const { loss, labels, predictions } of outputs) {
    if (!loss) return undefined
    const factor = reductionFactor(loss, labels.rows, labels.width)
    const perExample = labels.rows / examples
    for (const [row, value] of lossOfRows(loss.kind, labels, predictions).entries()) {
      const weight = labels.weights?.[row] ?? 1
      sums[Math.floor(row / perExample)]! += (factor * weight * value) / perExample
    }
  }
  return sums
}
