import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import {
  type LossKind,
  lossByName,
  lossKinds,
  lossOfRows,
  meanOfRows,
  type Rows,
} from '../../src/statistics/losses.js'
import { coreOf } from '../../src/training/internals.js'
import { labelsFor, predictionsFor, rowsOf } from './random-rows.js'

const tensor = ({ values, rows, width }: Rows) => tf.tensor2d(Float32Array.from(values), [rows, width])
const meanLoss = (kind: LossKind, labels: Rows, predictions: Rows) =>
  meanOfRows(lossOfRows(kind, labels, predictions), labels.weights)

/** The loss function that `compile` finds under a name. */
function compiledLoss(name: string): (labels: tf.Tensor, predictions: tf.Tensor) => tf.Tensor {
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] })
  model.compile({ optimizer: 'sgd', loss: name })
  const [loss] = coreOf(model).lossFunctions
  model.dispose()
  return loss!
}

const compiledKinds: LossKind[] = [
  'meanSquaredError',
  'meanAbsoluteError',
  'meanAbsolutePercentageError',
  'meanSquaredLogarithmicError',
  'squaredHinge',
  'hinge',
  'categoricalHinge',
  'logcosh',
  'categoricalCrossentropy',
  'binaryCrossentropy',
  'kullbackLeiblerDivergence',
  'poisson',
  'cosineProximity',
]

describe('the reference losses agree row by row with those of compile', () => {
  test.each(compiledKinds.flatMap((kind) => [1, 2, 5].map((width) => ({ kind, width }))))(
    '$kind, $width columns',
    ({ kind, width }) => {
      for (const seed of [1, 2, 3]) {
        const labels = labelsFor(kind, 20, width, seed)
        const predictions = predictionsFor(kind, 20, width, seed + 10)
        const expected = tf.tidy(() => compiledLoss(kind)(tensor(labels), tensor(predictions)).dataSync())
        const rows = lossOfRows(kind, labels, predictions)
        const perRow = expected.length === 20 ? rows : [meanOfRows(rows, undefined)]
        perRow.forEach((loss, i) => {
          expect(Math.abs(loss - expected[i]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(loss)))
        })
      }
    },
  )
})

describe('the reference losses agree with those of tf.losses', () => {
  const functions: Array<[LossKind, (labels: tf.Tensor, predictions: tf.Tensor) => tf.Tensor]> = [
    ['meanSquaredError', (labels, predictions) => tf.losses.meanSquaredError(labels, predictions)],
    ['meanAbsoluteError', (labels, predictions) => tf.losses.absoluteDifference(labels, predictions)],
    ['huberLoss', (labels, predictions) => tf.losses.huberLoss(labels, predictions)],
    ['softmaxCrossEntropy', (labels, predictions) => tf.losses.softmaxCrossEntropy(labels, predictions)],
    ['sigmoidCrossEntropy', (labels, predictions) => tf.losses.sigmoidCrossEntropy(labels, predictions)],
    ['binaryCrossentropy', (labels, predictions) => tf.losses.logLoss(labels, predictions)],
    ['hinge', (labels, predictions) => tf.losses.hingeLoss(tf.div(tf.add(labels, 1), 2), predictions)],
  ]
  test.each(functions)('%s', (kind, loss) => {
    for (const width of [1, 4]) {
      const [labels, predictions] = [labelsFor(kind, 30, width, 4), predictionsFor(kind, 30, width, 5)]
      const expected = tf.tidy(() => loss(tensor(labels), tensor(predictions)).dataSync()[0]!)
      expect(meanLoss(kind, labels, predictions)).toBeCloseTo(expected, 4)
    }
  })
})

describe('extreme predictions', () => {
  test('a saturated wrong probability costs log(1e7), as in TensorFlow.js', () => {
    expect(meanLoss('categoricalCrossentropy', rowsOf([[1, 0]]), rowsOf([[0, 1]]))).toBeCloseTo(16.118, 3)
    expect(meanLoss('binaryCrossentropy', rowsOf([[0]]), rowsOf([[1]]))).toBeCloseTo(16.118, 2)
  })

  test.each(['softmaxCrossEntropy', 'sigmoidCrossEntropy', 'logcosh'] as const)(
    '%s does not overflow',
    (kind) => {
      for (const size of [1e3, 1e6, -1e6]) {
        const loss = meanLoss(kind, rowsOf([[1, 0]]), rowsOf([[size, -size]]))
        expect(Number.isFinite(loss)).toBe(true)
        expect(loss).toBeGreaterThanOrEqual(-1e-9)
      }
    },
  )
})

test('a single row of predictions stands for a constant', () => {
  const labels = labelsFor('meanSquaredError', 6, 2, 1)
  const constant = rowsOf([[0.5, -1]])
  const repeated = rowsOf(Array.from({ length: 6 }, () => [0.5, -1]))
  expect(lossOfRows('meanSquaredError', labels, constant)).toEqual(
    lossOfRows('meanSquaredError', labels, repeated),
  )
})

test('weights of rows multiply their loss; the sum is divided by the number of rows', () => {
  expect(meanOfRows([1, 2, 3], [1, 0, 2])).toBeCloseTo(7 / 3, 12)
})

test.each([
  ['mse', 'meanSquaredError', false],
  ['MAE', 'meanAbsoluteError', false],
  ['sparseCategoricalCrossentropy', 'categoricalCrossentropy', true],
  ['binaryCrossentropy', 'binaryCrossentropy', false],
])('the name %s means %s', (name, kind, sparse) => {
  expect(lossByName(name)).toEqual({ kind, sparse, reduction: 'mean' })
})

test('every loss that compile knows by name is known, and no other', () => {
  for (const kind of compiledKinds) expect(lossByName(kind)?.kind).toBe(kind)
  expect(lossByName('mean squared error')).toBeUndefined()
  expect(lossByName('toString')).toBeUndefined()
  expect(new Set(lossKinds).size).toBe(lossKinds.length)
})
