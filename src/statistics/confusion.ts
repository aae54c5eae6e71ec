import type { Rows } from './losses.js'
import { areDistributions, largestOf } from './rows.js'

/** How often each class is taken for each. */
export interface Confusion {
  classes: number
  /** [label, prediction], rows of the examples. */
  counts: Float32Array
}

/**
 * Counts labels against predictions: one-hot labels or shares (the largest decides), class indices beside several
 * scores, or yes and no (0 and 1, -1 and 1) beside one score. One score is yes above `cut`. Undefined where labels name
 * no class.
 */
export function confusionOf(labels: Rows, predictions: Rows, cut: number): Confusion | undefined {
  const name = namesOf(labels, predictions, cut)
  if (!name) return undefined
  const { classes, labelled, predicted } = name
  const counts = new Float32Array(classes * classes)
  for (let row = 0; row < predictions.rows; row++) counts[labelled(row) * classes + predicted(row)]!++
  return { classes, counts }
}

interface Names {
  classes: number
  labelled(row: number): number
  predicted(row: number): number
}

function namesOf(labels: Rows, predictions: Rows, cut: number): Names | undefined {
  const { values, width } = labels
  if (predictions.width > 1) {
    const classes = predictions.width
    const predicted = (row: number) => largestOf(predictions, row)
    if (width === classes && labels.rows === predictions.rows && areDistributions(labels))
      return { classes, predicted, labelled: (row) => largestOf(labels, row) }
    const areIndices = labels.rows * width === predictions.rows && every(values, isIndexBelow(classes))
    return areIndices ? { classes, predicted, labelled: (row) => values[row]! } : undefined
  }
  if (labels.rows * width !== predictions.rows) return undefined
  const middle = every(values, (value) => value === 0 || value === 1)
    ? 0.5
    : every(values, (value) => value === -1 || value === 1)
      ? 0
      : undefined
  if (middle === undefined) return undefined
  return {
    classes: 2,
    labelled: (row) => Number(values[row]! > middle),
    predicted: (row) => Number(predictions.values[row]! > cut),
  }
}

const isIndexBelow = (classes: number) => (value: number) =>
  Number.isInteger(value) && value >= 0 && value < classes

function every(values: ArrayLike<number>, holds: (value: number) => boolean): boolean {
  for (let i = 0; i < values.length; i++) if (!holds(values[i]!)) return false
  return true
}

/** The share of right answers. */
export function accuracyIn({ classes, counts }: Confusion): number {
  let [right, all] = [0, 0]
  for (let i = 0; i < counts.length; i++) {
    all += counts[i]!
    if (Math.floor(i / classes) === i % classes) right += counts[i]!
  }
  return right / all
}
