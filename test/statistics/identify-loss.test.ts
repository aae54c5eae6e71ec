import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { identifyLoss } from '../../src/statistics/identify-loss.js'
import type { LossKind, Rows } from '../../src/statistics/losses.js'
import { sliceRows } from '../../src/statistics/rows.js'
import { labelsFor, predictionsFor } from './random-rows.js'

type LossFunction = (labels: tf.Tensor2D, predictions: tf.Tensor2D) => tf.Tensor
const tensor = ({ values, rows, width }: Rows) => tf.tensor2d(Float32Array.from(values), [rows, width])
const crossEntropy: LossFunction = (y, p) => tf.metrics.categoricalCrossentropy(y, p)

/** What `identifyLoss` makes of a function, from its values on 16 and on 7 examples. */
function identify(loss: LossFunction, labels: Rows, predictions: Rows) {
  const sample = (count: number) => {
    const [y, p] = [sliceRows(labels, 0, count), sliceRows(predictions, 0, count)]
    return {
      labels: y,
      predictions: p,
      loss: tf.tidy(() => tf.mean(loss(tensor(y), tensor(p))).dataSync()[0]!),
    }
  }
  return identifyLoss([sample(16), sample(7)])
}

const cases: Array<[string, LossKind, number, LossFunction, string]> = [
  ['cross-entropy of probabilities', 'categoricalCrossentropy', 4, crossEntropy, 'mean'],
  [
    'cross-entropy by hand',
    'categoricalCrossentropy',
    4,
    (y, p) => tf.neg(tf.sum(tf.mul(y, tf.log(p)), -1)),
    'mean',
  ],
  [
    'cross-entropy of logits',
    'softmaxCrossEntropy',
    4,
    (y, p) => tf.losses.softmaxCrossEntropy(y, p),
    'mean',
  ],
  [
    'cross-entropy of logits by hand',
    'softmaxCrossEntropy',
    4,
    (y, p) => tf.neg(tf.sum(tf.mul(y, tf.logSoftmax(p)), -1)),
    'mean',
  ],
  ['binary cross-entropy', 'binaryCrossentropy', 1, (y, p) => tf.metrics.binaryCrossentropy(y, p), 'mean'],
  [
    'binary cross-entropy of logits',
    'sigmoidCrossEntropy',
    3,
    (y, p) => tf.losses.sigmoidCrossEntropy(y, p),
    'mean',
  ],
  ['squared error', 'meanSquaredError', 2, (y, p) => tf.losses.meanSquaredError(y, p), 'mean'],
  ['absolute error', 'meanAbsoluteError', 2, (y, p) => tf.losses.absoluteDifference(y, p), 'mean'],
  ['Huber loss', 'huberLoss', 2, (y, p) => tf.losses.huberLoss(y, p), 'mean'],
  [
    'cross-entropy summed over the batch',
    'categoricalCrossentropy',
    4,
    (y, p) => tf.sum(crossEntropy(y, p)),
    'sum over the batch',
  ],
  [
    'cross-entropy averaged over the classes',
    'categoricalCrossentropy',
    4,
    (y, p) => tf.neg(tf.mean(tf.mul(y, tf.log(p)))),
    'mean over the classes',
  ],
  [
    'cross-entropy to base 2',
    'categoricalCrossentropy',
    4,
    (y, p) => tf.mul(crossEntropy(y, p), Math.LOG2E),
    'logarithm to base 2',
  ],
  [
    'cross-entropy with the wrong sign',
    'categoricalCrossentropy',
    4,
    (y, p) => tf.neg(crossEntropy(y, p)),
    'negated',
  ],
  [
    'squared error summed over the features',
    'meanSquaredError',
    3,
    (y, p) => tf.sum(tf.squaredDifference(y, p), -1),
    'sum over the features',
  ],
  [
    'squared error summed over everything',
    'meanSquaredError',
    3,
    (y, p) => tf.sum(tf.squaredDifference(y, p)),
    'sum over the batch and the features',
  ],
]

test.each(cases)('%s', (_name, kind, width, loss, reduction) => {
  for (const seed of [1, 2, 3]) {
    const found = identify(loss, labelsFor(kind, 16, width, seed), predictionsFor(kind, 16, width, seed + 20))
    expect(found).toEqual({ kind, sparse: false, reduction })
  }
})

describe('class indices', () => {
  const indices: Rows = {
    values: Float64Array.from({ length: 16 }, (_, i) => (i * 5) % 4),
    rows: 16,
    width: 1,
  }

  test('with probabilities', () => {
    const loss: LossFunction = (y, p) =>
      tf.metrics.categoricalCrossentropy(tf.oneHot(y.flatten().toInt(), 4).toFloat(), p)
    expect(identify(loss, indices, predictionsFor('categoricalCrossentropy', 16, 4, 1))).toEqual({
      kind: 'categoricalCrossentropy',
      sparse: true,
      reduction: 'mean',
    })
  })

  test('with logits', () => {
    const loss: LossFunction = (y, p) => tf.losses.softmaxCrossEntropy(tf.oneHot(y.flatten().toInt(), 4), p)
    expect(identify(loss, indices, predictionsFor('softmaxCrossEntropy', 16, 4, 1))).toEqual({
      kind: 'softmaxCrossEntropy',
      sparse: true,
      reduction: 'mean',
    })
  })
})

test.each<[string, LossFunction]>([
  ['a fourth power', (y, p) => tf.pow(tf.sub(y, p), 4)],
  ['focal loss', (y, p) => tf.neg(tf.sum(tf.mul(tf.mul(y, tf.square(tf.sub(1, p))), tf.log(p)), -1))],
  ['a constant', () => tf.scalar(2)],
  ['not a number', () => tf.scalar(Number.NaN)],
])('%s is none of the standard losses', (_name, loss) => {
  expect(
    identify(
      loss,
      labelsFor('categoricalCrossentropy', 16, 4, 1),
      predictionsFor('categoricalCrossentropy', 16, 4, 2),
    ),
  ).toBeUndefined()
})

test.each([3, 1 / 320])('the squared error times %d is told with its constant', (factor) => {
  const found = identify(
    (y, p) => tf.mul(tf.losses.meanSquaredError(y, p), factor),
    labelsFor('meanSquaredError', 16, 4, 1),
    predictionsFor('meanSquaredError', 16, 4, 2),
  )
  expect(found).toMatchObject({ kind: 'meanSquaredError', reduction: 'times a constant' })
  expect(found!.constant).toBeCloseTo(factor, 5)
})
