import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { identifyLoss } from '../statistics/identify-loss.js'
import type { LossDescription, Rows } from '../statistics/losses.js'
import { largestOf, sliceRows } from '../statistics/rows.js'
import { countExamples, disposeExamples, sliceExamples, tensorsOf } from './examples.js'
import { labelsForLoss } from './label-range.js'
import { readTogether } from './read-together.js'
import type { Examples, Trainable } from './trainable.js'

/** Labels and predictions of one output, in double precision, and what its loss computes. */
export interface OutputView {
  /** What the loss computes; undefined for a custom loss that is none of the standard ones. */
  loss: LossDescription | undefined
  /** One row per example, or per step of a sequence; one-hot when the loss takes class indices. */
  labels: Rows
  predictions: Rows
}

/**
 * Looks at every output of `program` on `examples`, in inference mode. Throws `InvalidArgumentError` when the
 * labels are outside the range of the loss or do not fit the predictions. One forward pass; a custom loss costs
 * three more, on all, on half and on a quarter of the examples.
 */
export function viewOutputs(program: Trainable, examples: Examples, argument: string): OutputView[] {
  const predictions = [program.predict(examples.xs)].flat()
  try {
    return viewPredictions(predictions, program, examples, argument)
  } finally {
    tf.dispose(predictions)
  }
}

/** The same of `predictions` that `program` gave for these examples, which stay as they are. */
export function viewPredictions(
  predictions: readonly tf.Tensor[],
  program: Trainable,
  examples: Examples,
  argument: string,
): OutputView[] {
  const labels = tensorsOf(examples.ys, program.outputNames)
  if (labels.length !== predictions.length) {
    throw new InvalidArgumentError(
      `${argument}.ys`,
      `${labels.length} tensors`,
      `one per prediction (${predictions.length})`,
      'label-shape',
    )
  }
  const predictionRows = predictions.map(rowsOf)
  const labelRows = labels.map((tensor, i) => regroup(tensor, predictionRows[i]!.rows))
  const losses = program.lossDescriptions ?? probeLosses(program, examples, labelRows, predictionRows)
  return labelRows.map((rows, i) => {
    const name = labels.length === 1 ? `${argument}.ys` : `${argument}.ys[${i}]`
    const inRange = labelsForLoss(rows, predictionRows[i]!, losses[i], name)
    const weights = weightsOfRows(examples, i, rows, inRange.rows)
    return {
      loss: losses[i],
      predictions: predictionRows[i]!,
      labels: weights ? { ...inRange, weights } : inRange,
    }
  })
}

/** Outputs with the predictions of training: batch normalisation with the statistics of this batch. */
export function viewsInTraining(program: Trainable, { xs }: Examples, outputs: OutputView[]): OutputView[] {
  const predicted = program.predictInTraining?.(xs) ?? program.predict(xs)
  const tensors = Array.isArray(predicted) ? predicted : [predicted]
  const values = tensors.map((tensor) => tensor.dataSync().slice())
  tf.dispose(tensors)
  return outputs.map((output, i) => ({
    ...output,
    predictions: { ...output.predictions, values: values[i]! },
  }))
}

/**
 * Throws `InvalidArgumentError` unless the labels of `examples` are in the range of the losses, without a forward
 * pass: `views` are what `viewOutputs` found on `viewed` other examples.
 */
export function assertLabelsInRange(
  examples: Examples,
  {
    views,
    viewed,
    names,
    argument,
  }: { views: OutputView[]; viewed: number; names: readonly string[] | undefined; argument: string },
): void {
  const count = countExamples(examples)
  for (const [i, tensor] of tensorsOf(examples.ys, names).entries()) {
    const { loss, predictions } = views[i]!
    const shape = { values: [], rows: (predictions.rows / viewed) * count, width: predictions.width }
    labelsForLoss(
      regroup(tensor, shape.rows),
      shape,
      loss,
      views.length === 1 ? `${argument}.ys` : `${argument}.ys[${i}]`,
    )
  }
}

/** A tensor as rows of its last axis; a vector as rows of one value. */
export function rowsOf(tensor: tf.Tensor): Rows {
  const width = tensor.rank > 1 ? tensor.shape[tensor.rank - 1]! : 1
  return { values: tensor.dataSync().slice(), rows: tensor.size / width, width }
}

/** Class indices [n], [n, 1] or [n, t] go with predictions [n, classes] or [n, t, classes]: one row each. */
function regroup(labels: tf.Tensor, predictionRows: number): Rows {
  const rows = rowsOf(labels)
  return rows.rows !== predictionRows && labels.size === predictionRows
    ? { values: rows.values, rows: labels.size, width: 1 }
    : rows
}

/** The weight of each row in the loss: sample weight times class weight of its example. */
function weightsOfRows(
  examples: Examples,
  output: number,
  labels: Rows,
  rows: number,
): Float64Array | undefined {
  const { classWeight } = examples
  const given = examples.sampleWeight ? tensorsOf(examples.sampleWeight) : []
  const samples = (given[output] ?? given[0])?.dataSync()
  if (!samples && !classWeight) return undefined
  const rowsPerExample = rows / countExamples(examples)
  return Float64Array.from({ length: rows }, (_, row) => {
    const sample = samples ? samples[Math.floor(row / rowsPerExample)]! : 1
    return classWeight ? sample * (classWeight[classOfRow(labels, row)] ?? 1) : sample
  })
}

const classOfRow = (labels: Rows, row: number): number =>
  labels.width === 1 ? labels.values[row]! : largestOf(labels, row)

/** Finds out what a custom loss computes from what it gives on all and on half of the examples. */
function probeLosses(
  program: Trainable,
  examples: Examples,
  labels: Rows[],
  predictions: Rows[],
): Array<LossDescription | undefined> {
  const count = countExamples(examples)
  const half = Math.max(1, count >> 1)
  const quarter = Math.max(1, count >> 2)
  // All, the first half, and the quarter behind it: a loss of another kind does not agree on three.
  const ranges = [
    [0, count],
    [0, half],
    ...(half + quarter <= count ? [[half, quarter] as const] : []),
  ] as const
  const losses = ranges.map(([start, size]) => {
    const part = sliceExamples(examples, start, size)
    const scalars = program.outputLosses?.(part) ?? [program.loss(part)]
    disposeExamples(part)
    return scalars
  })
  const values = readTogether(losses.flat()).map(([value]) => value!)
  tf.dispose(losses)
  const reported = losses.map((scalars) => values.splice(0, scalars.length))
  return labels.map((rows, i) => {
    // A program that reports one loss for several outputs: no telling what each of them computes.
    if (reported[0]!.length !== labels.length) return undefined
    const share = (all: Rows, start: number, size: number) =>
      sliceRows(all, (all.rows / count) * start, (all.rows / count) * (start + size))
    return identifyLoss(
      ranges.map(([start, size], at) => ({
        labels: share(rows, start, size),
        predictions: share(predictions[i]!, start, size),
        loss: reported[at]![i]!,
      })),
    )
  })
}
