import * as tf from '@tensorflow/tfjs'
import { afterEach, describe, expect, test } from 'vitest'
import { activationDrawing } from '../../src/images/activation-picture.js'
import { confusionDrawing } from '../../src/images/confusion-picture.js'
import { activationContent, silentShare } from '../../src/snapshots/kinds/activations.js'
import { accuracyOfContent, confusionContent } from '../../src/snapshots/kinds/confusion.js'
import { confusionOf } from '../../src/statistics/confusion.js'
import type { Trainable } from '../../src/training/trainable.js'

afterEach(() => tf.disposeVariables())

/** A program whose predictions are given. */
const predicting = (predictions: number[][], more: Partial<Trainable> = {}): Trainable => ({
  predict: () => tf.tensor2d(predictions),
  loss: () => tf.scalar(0),
  step: () => tf.scalar(0),
  weights: () => ({}),
  dispose: () => {},
  ...more,
})
const xs = tf.zeros([3, 1])
const oneHot = tf.tensor2d([
  [1, 0, 0],
  [0, 1, 0],
  [0, 1, 0],
])
const threeClasses = [
  [0.8, 0.1, 0.1],
  [0.1, 0.8, 0.1],
  [0.1, 0.2, 0.7],
]

describe('confusion', () => {
  const expected = [1, 0, 0, 0, 1, 1, 0, 0, 0]
  test.each([
    ['one-hot labels', oneHot],
    ['class indices [n]', tf.tensor1d([0, 1, 1])],
    ['class indices [n, 1]', tf.tensor2d([[0], [1], [1]])],
    ['smoothed labels', oneHot.mul(0.9).add(1 / 30)],
  ])('%s', (_, ys) => {
    const content = confusionContent(predicting(threeClasses), { xs, ys }, { output: 0 })
    expect(Array.from(content.values)).toEqual(expected)
    expect(accuracyOfContent(content)).toBeCloseTo(2 / 3)
  })

  test.each([
    ['probabilities', [[0.2], [0.7], [0.4]], [0, 1, 1], undefined],
    ['scores', [[-2], [0.2], [-1]], [0, 1, 1], 'sigmoidCrossEntropy'],
    ['hinge, labels -1 and 1', [[-2], [0.2], [-1]], [-1, 1, 1], 'hinge'],
  ] as const)('yes and no: %s', (_, predictions, labels, kind) => {
    const program = predicting(
      predictions.map((row) => [...row]),
      {
        lossDescriptions: kind && [{ kind, sparse: false, reduction: 'mean' }],
      },
    )
    const content = confusionContent(program, { xs, ys: tf.tensor1d([...labels]) }, { output: 0 })
    expect(Array.from(content.values)).toEqual([1, 0, 1, 1])
  })

  test.each([
    ['targets of a regression', tf.tensor1d([0.5, 2, 3]), [[1], [2], [3]]],
    ['several labels at once', tf.ones([3, 3]), threeClasses],
    ['another number of classes', tf.tensor1d([0, 1, 3]), threeClasses],
  ])('%s are refused', (_, ys, predictions) => {
    expect(() => confusionContent(predicting(predictions), { xs, ys }, { output: 0 })).toThrow(
      /^options\.on: got/,
    )
  })

  test('an output or names that are not there are refused', () => {
    const on = { xs, ys: oneHot }
    expect(() => confusionContent(predicting(threeClasses), on, { output: 1 })).toThrow(/options\.output/)
    expect(() => confusionContent(predicting(threeClasses), on, { output: 0, names: ['a'] })).toThrow(
      /1 names.*each of 3/s,
    )
  })

  test('a message names the classes that are mixed up', () => {
    const names = ['cat', 'dog', 'cow']
    const { kind, values } = confusionContent(
      predicting(threeClasses),
      { xs, ys: oneHot },
      { output: 0, names },
    )
    const before = values.map((count, i) => (i === 4 ? 2 : i === 5 ? 0 : count))
    const causes = kind.likelyCauses(
      { by: 'values', before, after: values } as Parameters<typeof kind.likelyCauses>[0],
      { before: 'cpu', after: 'cpu', largest: 2 },
    )
    expect(causes.join('; ')).toBe('dog taken for cow: 0 before, 1 now; accuracy 100 % before, 67 % now')
  })

  test('a class without examples is drawn white, the diagonal blue, errors red', () => {
    const { data, width } = confusionDrawing(3, { scale: 1 }).draw(Float32Array.from(expected))
    const pixel = (row: number, column: number) =>
      Array.from(data.slice(3 * (row * width + column)).slice(0, 3))
    expect(pixel(2, 2)).toEqual([255, 255, 255])
    expect(pixel(0, 0)).toEqual([0x05, 0x30, 0x61])
    const [red, , blue] = pixel(1, 2)
    expect(red).toBeGreaterThan(blue!)
  })

  test('a thousand classes fit', () => {
    const counts = new Float32Array(1_000_000)
    const { width, height } = confusionDrawing(1000).draw(counts)
    expect([width, height]).toEqual([700, 700])
  })

  test('nothing is leaked', () => {
    const program = predicting(threeClasses)
    const before = tf.memory().numTensors
    confusionContent(program, { xs, ys: oneHot }, { output: 0 })
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('activations', () => {
  const layers = [
    tf.layers.dense({ units: 2, inputShape: [1], name: 'hidden' }),
    tf.layers.dense({ units: 1, name: 'out' }),
  ]
  tf.sequential({ layers })
  const showing = (hidden: tf.Tensor) =>
    predicting([[1]], { layers, activations: () => [hidden.clone(), tf.zeros([hidden.shape[0]!, 1])] })

  test('the first hidden layer with weights, the first examples', () => {
    const maps = tf.range(0, 6 * 5 * 5 * 2).reshape([6, 5, 5, 2])
    const { shape, values, label } = activationContent(showing(maps), xs, {})
    expect(shape).toEqual([4, 5, 5, 2])
    expect(values).toEqual(Float32Array.from({ length: 200 }, (_, i) => i))
    expect(label).toBe('layer 0 Dense activations')
    expect(activationContent(showing(maps), xs, { examples: 2 }).shape[0]).toBe(2)
    expect(activationContent(showing(maps), xs, { layer: 'out' }).shape).toEqual([6, 1])
  })

  test('units that are always 0 are counted', () => {
    expect(silentShare({ shape: [2, 2], values: Float32Array.of(0, 1, 0, 0) })).toBe(0.5)
  })

  test('a layer that is not there, and activations that are not finite, are refused by name', () => {
    expect(() => activationContent(showing(tf.ones([2, 2])), xs, { layer: 7 })).toThrow(
      /options\.layer.*0 Dense 'hidden', 1 Dense 'out'/s,
    )
    expect(() => activationContent(showing(tf.tensor2d([[NaN, 1]])), xs, {})).toThrow(/not finite \(1 of 2\)/)
    expect(() => activationContent(predicting([[1]]), xs, {})).toThrow(/does not show its layers/)
  })

  test('nothing is leaked, also by what is refused', () => {
    const program = showing(tf.ones([2, 2]))
    const before = tf.memory().numTensors
    activationContent(program, xs, {})
    expect(() => activationContent(program, xs, { layer: 7 })).toThrow()
    expect(tf.memory().numTensors).toBe(before)
  })

  test.each([
    ['a matrix', [8, 20], 400],
    ['sequences', [3, 10, 4], 400],
    ['feature maps', [4, 6, 6, 8], 300],
    ['volumes', [2, 3, 6, 6, 4], 100],
    ['2048 maps', [1, 7, 7, 2048], 100],
    ['one number each', [5], 100],
  ] as const)('%s are drawn at a size that can be looked at', (_, shape, least) => {
    const size = shape.reduce((product: number, one) => product * one, 1)
    const values = Float32Array.from({ length: size }, (_, i) => Math.sin(i))
    const { width, height } = activationDrawing(shape).draw(values)
    expect(Math.max(width, height)).toBeGreaterThanOrEqual(least)
    expect(width).toBeLessThanOrEqual(720)
  })
})

test('counts of a random classifier are those of counting by hand', () => {
  const labels = { values: [0, 2, 1, 2], rows: 4, width: 1 }
  const predictions = { values: [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1], rows: 4, width: 3 }
  expect(Array.from(confusionOf(labels, predictions, 0.5)!.counts)).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 1])
})
