import type { InitOutput } from './init-loss.js'
import type { LossKind, Rows } from './losses.js'
import { areOneHot, oneHotRows } from './rows.js'

/**
 * Outputs with a standard loss in the place of a custom one, by which their predictions can be judged: a
 * cross-entropy where the labels are classes or yes and no, the squared error where they are quantities. Undefined
 * where labels and predictions do not correspond.
 */
export function withStandInLosses<Output extends InitOutput>(
  outputs: readonly Output[],
): Output[] | undefined {
  const judged = outputs.map((output) => (output.loss ? output : withStandIn(output)))
  return judged.every((output) => output !== undefined) ? judged : undefined
}

function withStandIn<Output extends InitOutput>(output: Output): Output | undefined {
  const { labels, predictions } = output
  const as = (kind: LossKind, of: Rows, sparse = false): Output => ({
    ...output,
    labels: of,
    loss: { kind, sparse, reduction: 'mean' },
  })
  if (labels.rows !== predictions.rows) return undefined
  if (labels.width === 1 && predictions.width > 1) {
    const classes = oneHotRows(labels, predictions.width)
    return classes && as(entropyOf(predictions), classes, true)
  }
  if (labels.width !== predictions.width) return undefined
  if (labels.width > 1 && areOneHot(labels)) return as(entropyOf(predictions), labels)
  if (takesOnly(labels, [0, 1])) {
    return as(within(predictions, 0, 1) ? 'binaryCrossentropy' : 'sigmoidCrossEntropy', labels)
  }
  if (takesOnly(labels, [-1, 1])) return as('hinge', labels)
  return as('meanSquaredError', labels)
}

const entropyOf = (predictions: Rows): LossKind =>
  within(predictions, 0, 1) ? 'categoricalCrossentropy' : 'softmaxCrossEntropy'

function takesOnly({ values }: Rows, allowed: readonly number[]): boolean {
  for (let i = 0; i < values.length; i++) if (!allowed.includes(values[i]!)) return false
  return true
}

function within({ values }: Rows, low: number, high: number): boolean {
  for (let i = 0; i < values.length; i++) if (!(values[i]! >= low && values[i]! <= high)) return false
  return true
}
