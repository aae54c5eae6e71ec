import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import {
  type CheckResult,
  checkCapacity,
  checkInitLoss,
  checkOverfitBatch,
  checkSameDistribution,
  checkShuffled,
  checkZeroInputBaseline,
  InvalidArgumentError,
} from '../../src/checks/index.js'
import type { Examples, Subject } from '../../src/training/trainable.js'
import { classes, classIndices, quantities, yesNo } from '../programs/data.js'
import { classifier, compiled, healthyPrograms } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const { dense } = tf.layers

/** The three checks that take a subject and examples. */
const checks: Record<string, (subject: Subject, examples: Examples) => Promise<CheckResult>> = {
  on: (subject, on) => checkInitLoss(subject, { on }),
  batch: (subject, batch) => checkOverfitBatch(subject, batch, { steps: 5 }),
  train: (subject, train) => checkZeroInputBaseline(subject, train, { steps: 5 }),
  capacity: (subject, train) =>
    checkCapacity(() => (subject as () => tf.LayersModel)(), train, { capacities: [1, 2], steps: 5 }),
}

const good = classes(60, 1)
const xs = good.xs as tf.Tensor2D
const ys = good.ys as tf.Tensor2D
const withValue = (tensor: tf.Tensor, at: number, value: number) => {
  const values = Float32Array.from(tensor.dataSync())
  values[at] = value
  return tf.tensor(values, tensor.shape)
}
const disposed = tf.zeros([60, 16])
disposed.dispose()

describe('examples that cannot be used are refused by every check, by name', () => {
  const cases: Array<[string, unknown, RegExp]> = [
    [
      'NaN among the inputs',
      { xs: withValue(xs, 35, Number.NaN), ys },
      /\.xs: got 1 of 960 values that are not finite \(the first, NaN, in example 2\); wanted finite numbers.*non-finite-data/,
    ],
    [
      'Infinity among the inputs',
      { xs: withValue(xs, 0, Infinity), ys },
      /\.xs: got 1 of 960 values that are not finite \(the first, Infinity, in example 0\)/,
    ],
    [
      'NaN among the labels',
      { xs, ys: withValue(ys, 239, Number.NaN) },
      /\.ys: got 1 of 240 values that are not finite \(the first, NaN, in example 59\)/,
    ],
    [
      'fewer labels than inputs',
      { xs, ys: ys.slice(0, 59) },
      /\.ys: got 59 examples, while \w+\.xs has 60; wanted the same number/,
    ],
    ['fewer sample weights', { xs, ys, sampleWeight: tf.ones([7]) }, /\.sampleWeight: got 7 examples, while/],
    [
      'no examples',
      { xs: tf.zeros([0, 16]), ys: tf.zeros([0, 4]) },
      /\.xs: got no examples; wanted at least one/,
    ],
    ['a disposed tensor', { xs: disposed, ys }, /\.xs: got a disposed tensor; wanted a live tensor/],
    ['strings', { xs, ys: tf.fill([60, 4], 'cat', 'string') }, /\.ys: got a string tensor; wanted numbers/],
    ['a scalar', { xs, ys: tf.scalar(1) }, /\.ys: got a scalar; wanted a tensor whose first axis counts/],
    ['an array of numbers', { xs: [[1, 2]], ys }, /\.xs\[0\]: got an array of number; wanted a tf.Tensor/],
    ['no labels', { xs }, /got an object with the keys xs; wanted \{ xs, ys \}/],
    ['labels undefined', { xs, ys: undefined }, /\.ys: got undefined; wanted a tensor/],
    ['a promise', Promise.resolve(good), /got a Promise \(did you forget await\?\)/],
    ['nothing', undefined, /got undefined; wanted \{ xs, ys \}/],
    ['null', null, /got null; wanted \{ xs, ys \}/],
    ['a bare tensor', xs, /wanted \{ xs, ys \}/],
    [
      'inputs of another width',
      { xs: tf.zeros([60, 3]), ys },
      /xs.* \[(n|60), 3\].*; wanted what the model takes: .*\[n, 16\]/,
    ],
    ['inputs of another rank', { xs: tf.zeros([60, 4, 4]), ys }, /xs.* \[(n|60), 4, 4\]/],
    ['labels of another width', { xs, ys: tf.ones([60, 3]) }, /label-shape/],
    [
      'two inputs for a model of one',
      { xs: [xs, xs], ys },
      /xs: got 2 tensors; wanted one per input of the model/,
    ],
    ['two labels for a model of one', { xs, ys: [ys, ys] }, /ys: got 2 tensors; wanted one per/],
  ]
  test.each(
    cases.flatMap(([name, examples, message]) =>
      Object.entries(checks).map(([argument, check]) => ({ name, argument, check, examples, message })),
    ),
  )('$argument: $name', async ({ check, examples, message }) => {
    const error = await expectNoNewTensors(() =>
      check(classifier, examples as Examples).then(
        () => undefined,
        (reason) => reason,
      ),
    )
    expect(error).toBeInstanceOf(InvalidArgumentError)
    expect(error.message).toMatch(message)
    expect(error.message.split('\n')).toHaveLength(1)
    expect(error.message.length).toBeLessThan(500)
  })
})

describe('labels outside what the loss takes are refused with its range', () => {
  const model = (loss: string, units: number, activation?: 'softmax' | 'sigmoid') => () =>
    compiled([dense({ inputShape: [16], units, ...(activation && { activation }) })], { loss })
  const to = (label: number, width = 1) => ({ xs, ys: withValue(tf.zeros([60, width]), 7, label) })
  const cases: Array<[string, () => tf.LayersModel, Examples, RegExp]> = [
    [
      'class indices from 1',
      model('sparseCategoricalCrossentropy', 4, 'softmax'),
      { xs, ys: withValue(tf.ones([60, 1]), 3, 4) },
      /labels from 1 to 4; wanted class indices: whole numbers from 0 to 3, since the model has 4 outputs \(cause: label-range\)/,
    ],
    [
      'a negative class index',
      model('sparseCategoricalCrossentropy', 4, 'softmax'),
      to(-1),
      /labels from -1 to 0; wanted class indices/,
    ],
    [
      'half a class',
      model('sparseCategoricalCrossentropy', 4, 'softmax'),
      to(0.5),
      /labels from 0 to 0.5; wanted class indices/,
    ],
    [
      'rows that do not sum to 1',
      model('categoricalCrossentropy', 4, 'softmax'),
      { xs, ys: tf.ones([60, 4]) },
      /a row \(0\) with sum 4.*wanted rows that are distributions/,
    ],
    [
      'a row of zeros',
      model('categoricalCrossentropy', 4, 'softmax'),
      { xs, ys: tf.zeros([60, 4]) },
      /a row \(0\) with sum 0/,
    ],
    [
      'yes as 2',
      model('binaryCrossentropy', 1, 'sigmoid'),
      to(2),
      /labels from 0 to 2; wanted labels between 0 and 1, the range of binaryCrossentropy/,
    ],
    [
      'no as -1',
      model('binaryCrossentropy', 1, 'sigmoid'),
      to(-1),
      /labels from -1 to 0; wanted labels between 0 and 1/,
    ],
    ['hinge beyond 1', model('hinge', 1), to(3), /labels (between -1|of -1) and 1/],
    ['a negative count', model('poisson', 1), to(-2), /wanted labels of at least 0, the range of poisson/],
    [
      'a negative quantity under a logarithm',
      model('meanSquaredLogarithmicError', 1),
      to(-2),
      /wanted labels of at least 0/,
    ],
  ]
  test.each(cases)('%s', async (_name, create, examples, message) => {
    for (const check of Object.values(checks)) {
      await expectNoNewTensors(async () => {
        const error = await check(create, examples).then(
          () => undefined,
          (reason) => reason,
        )
        expect(error).toBeInstanceOf(InvalidArgumentError)
        expect(error.message).toMatch(message)
        expect(error.causeName).toBe('label-range')
      })
    }
  })

  test('class indices may be integers, floats, [n] or [n, 1]', async () => {
    const { xs, ys } = classIndices(24, 1)
    const labels = ys as tf.Tensor2D
    const create = () => classifier({ loss: 'sparseCategoricalCrossentropy' })
    for (const shape of [labels, labels.toFloat(), labels.reshape([24]), labels.toFloat().reshape([24])]) {
      const result = await expectNoNewTensors(() => checkInitLoss(create, { on: { xs, ys: shape } }))
      expect(result.status).toBe('passed')
      expect((await expectNoNewTensors(() => checkOverfitBatch(create, { xs, ys: shape }))).status).toBe(
        'passed',
      )
    }
  })

  test('integer inputs, boolean labels and vectors of targets are taken', async () => {
    const { xs, ys } = yesNo(24, 1)
    const booleans = { xs, ys: (ys as tf.Tensor).toBool() }
    expect(
      (
        await expectNoNewTensors(() =>
          checkInitLoss(model('binaryCrossentropy', 1, 'sigmoid'), { on: booleans }),
        )
      ).status,
    ).toBe('passed')
    const numbers = quantities(24, 1)
    const vector = { xs: numbers.xs, ys: (numbers.ys as tf.Tensor).reshape([24]) }
    const { create } = healthyPrograms['linear regression']!
    expect((await expectNoNewTensors(() => checkOverfitBatch(create, vector))).status).toBe('passed')
  })
})

describe('a batch from which nothing can be learnt is refused', () => {
  test.each<[string, Examples, RegExp]>([
    [
      'one label for all',
      { xs, ys: tf.oneHot(tf.zeros([60], 'int32'), 4).toFloat() },
      /the same label for every example.*class-imbalance/,
    ],
    ['one input for all', { xs: tf.ones([60, 16]), ys }, /the same inputs in every example.*constant-inputs/],
    [
      'a single example',
      { xs: xs.slice(0, 1), ys: ys.slice(0, 1) },
      /the same label for every example|the same inputs/,
    ],
  ])('%s', async (_name, batch, message) => {
    await expectNoNewTensors(() => expect(checkOverfitBatch(classifier, batch)).rejects.toThrow(message))
  })
})

describe('options that make no sense are refused', () => {
  const nonsense = [0, -1, 1.5, Number.NaN, '10'] as unknown as number[]
  const overfit = (options: object) => checkOverfitBatch(classifier, good, options)
  const baseline = (options: object) => checkZeroInputBaseline(classifier, good, options)
  const initial = (options: object) => checkInitLoss(classifier, { on: good, ...options })
  const alike = (options: object) => checkSameDistribution(good, good, options)
  const shuffled = (options: object) => checkShuffled(good, options)
  const capacity = (options: object) =>
    checkCapacity(
      (units: number) =>
        compiled([dense({ inputShape: [16], units: 4, activation: 'softmax' }), dense({ units })]),
      good,
      options as never,
    )

  test.each<[string, (options: object) => Promise<CheckResult>, object[]]>([
    ['steps', overfit, nonsense.map((steps) => ({ steps }))],
    ['steps', baseline, nonsense.map((steps) => ({ steps }))],
    ['batchSize', baseline, nonsense.map((batchSize) => ({ batchSize }))],
    ['margin', baseline, [0, 1, -0.1, Number.NaN].map((margin) => ({ margin }))],
    ['loss', overfit, [Number.NaN, Infinity].map((loss) => ({ loss }))],
    ['accuracy', overfit, [-0.1, 1.1, Number.NaN].map((accuracy) => ({ accuracy }))],
    ['expected', initial, [Number.NaN, Infinity].map((expected) => ({ expected }))],
    ['tolerance', initial, [0, -1, Number.NaN].map((tolerance) => ({ tolerance }))],
    ['maxShift', alike, [-0.1, -2, Number.NaN].map((maxShift) => ({ maxShift }))],
    ['maxSpread', alike, [0.9, -2, Number.NaN].map((maxSpread) => ({ maxSpread }))],
    ['batchSize', shuffled, nonsense.map((batchSize) => ({ batchSize }))],
    ['capacities', capacity, [undefined, [], [1], 3, 'abc'].map((capacities) => ({ capacities }))],
    ['steps', capacity, nonsense.map((steps) => ({ capacities: [1, 2], steps }))],
  ])('%s', async (name, check, all) => {
    for (const options of all) {
      const error = await expectNoNewTensors(() =>
        check(options).then(
          () => undefined,
          (reason) => reason,
        ),
      )
      expect(error, JSON.stringify(options)).toBeInstanceOf(InvalidArgumentError)
      expect(error.message).toContain(name)
    }
  })

  test('no options where some are needed', async () => {
    await expect(checkInitLoss(classifier, undefined as never)).rejects.toThrow(/options|on:/)
    await expect(checkCapacity(classifier, good, undefined as never)).rejects.toThrow('options.capacities')
    await expect(checkCapacity(classifier() as never, good, { capacities: [1, 2] })).rejects.toThrow(
      'a function from a capacity to a fresh, compiled model',
    )
  })
})

describe('.not and bad input', () => {
  test.each(['toOverfitBatch', 'toBeatZeroInputBaseline'] as const)(
    '%s fails on it with and without .not',
    async (matcher) => {
      const broken = { xs: withValue(xs, 0, Number.NaN), ys }
      await expect(expect(classifier)[matcher](broken)).rejects.toThrow('not finite')
      await expect(expect(classifier).not[matcher](broken)).rejects.toThrow('not finite')
    },
  )

  test('too few examples to decide fail both ways', async () => {
    const few = classes(12, 1)
    await expect(expect(classifier).toBeatZeroInputBaseline(few)).rejects.toThrow('too few')
    await expect(expect(classifier).not.toBeatZeroInputBaseline(few)).rejects.toThrow('too few')
  })

  test('toHaveInitLossNear asks for its options', async () => {
    const loose = expect(classifier) as unknown as Record<string, (...args: unknown[]) => Promise<void>>
    await expect(loose.toHaveInitLossNear!(2.3)).rejects.toThrow('options: got 2.3; wanted { on: batch }')
    await expect(loose.toHaveInitLossNear!()).rejects.toThrow('wanted { on: batch }')
  })
})
