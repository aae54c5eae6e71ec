import { InvalidArgumentError } from '../errors.js'
import type { LossDescription, LossKind, Rows } from '../statistics/losses.js'
import { oneHotRows } from '../statistics/rows.js'

/** The labels each loss can take, elementwise. */
const ranges: Partial<Record<LossKind, readonly [number, number]>> = {
  binaryCrossentropy: [0, 1],
  sigmoidCrossEntropy: [0, 1],
  hinge: [-1, 1],
  squaredHinge: [-1, 1],
  poisson: [0, Infinity],
  meanSquaredLogarithmicError: [0, Infinity],
}

const distributions: ReadonlySet<LossKind> = new Set([
  'categoricalCrossentropy',
  'softmaxCrossEntropy',
  'kullbackLeiblerDivergence',
  'categoricalHinge',
])

/**
 * The labels as the loss reads them: class indices become one-hot rows. Throws `InvalidArgumentError` when they
 * are outside the range of the loss or do not fit the predictions. `argument` names them for the message.
 */
export function labelsForLoss(
  labels: Rows,
  predictions: Rows,
  loss: LossDescription | undefined,
  argument: string,
): Rows {
  if (!loss) return labels
  if (loss.sparse) return classIndices(labels, predictions.width, argument)
  if (labels.width !== predictions.width || labels.rows !== predictions.rows) {
    throw new InvalidArgumentError(
      argument,
      `labels of shape [${labels.rows}, ${labels.width}] for predictions of shape [${predictions.rows}, ${predictions.width}]`,
      'labels of the shape of the predictions',
      'label-shape',
    )
  }
  if (distributions.has(loss.kind) && labels.width > 1) assertDistributions(labels, argument)
  const range = ranges[loss.kind]
  if (range) assertRange(labels, range, loss.kind, argument)
  if (loss.kind === 'hinge' || loss.kind === 'squaredHinge') assertSigned(labels, loss.kind, argument)
  return labels
}

function classIndices(labels: Rows, classes: number, argument: string): Rows {
  const encoded = oneHotRows(labels, classes)
  if (encoded) return encoded
  const [smallest, largest] = extent(labels)
  throw new InvalidArgumentError(
    argument,
    `labels from ${smallest} to ${largest}`,
    `class indices: whole numbers from 0 to ${classes - 1}, since the model has ${classes} outputs`,
    'label-range',
  )
}

/** A hinge of labels 0 and 1 is 1 for every 0, whatever is predicted; TensorFlow.js does not convert them. */
function assertSigned({ values }: Rows, kind: LossKind, argument: string): void {
  const given = new Set(Array.from(values))
  if (!given.has(0) || given.has(-1)) return
  throw new InvalidArgumentError(
    argument,
    'labels of 0 and 1',
    `labels of -1 and 1 for ${kind}: ys.mul(2).sub(1); or binaryCrossentropy with a sigmoid`,
    'label-range',
  )
}

function assertDistributions({ values, rows, width }: Rows, argument: string): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0
    let smallest = Infinity
    for (let k = 0; k < width; k++) {
      const value = values[row * width + k]!
      sum += value
      smallest = Math.min(smallest, value)
    }
    if (smallest >= 0 && Math.abs(sum - 1) <= 1e-3) continue
    throw new InvalidArgumentError(
      argument,
      `a row (${row}) with sum ${sum.toPrecision(4)} and smallest value ${smallest.toPrecision(4)}`,
      'rows that are distributions over the classes (one-hot or soft labels): not negative, with sum 1. For several labels per example use binaryCrossentropy, for class indices sparseCategoricalCrossentropy',
      'label-range',
    )
  }
}

function assertRange(
  labels: Rows,
  [low, high]: readonly [number, number],
  kind: LossKind,
  argument: string,
): void {
  const [smallest, largest] = extent(labels)
  if (smallest >= low && largest <= high) return
  throw new InvalidArgumentError(
    argument,
    `labels from ${smallest} to ${largest}`,
    `labels ${high === Infinity ? `of at least ${low}` : `between ${low} and ${high}`}, the range of ${kind}`,
    'label-range',
  )
}

function extent({ values }: Rows): [number, number] {
  let smallest = Infinity
  let largest = -Infinity
  for (let i = 0; i < values.length; i++) {
    smallest = Math.min(smallest, values[i]!)
    largest = Math.max(largest, values[i]!)
  }
  return [smallest, largest]
}
