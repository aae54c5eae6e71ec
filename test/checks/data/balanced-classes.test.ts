import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkBalancedClasses } from '../../../src/checks/data/balanced-classes.js'
import type { Examples } from '../../../src/training/trainable.js'
import {
  classes,
  classIndices,
  counts,
  integers,
  multilabel,
  oneHot,
  quantities,
  reconstructions,
  signs,
  smallDigits,
  yesNo,
} from '../../programs/data.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'

const seeds = Array.from({ length: Number(process.env.RUNS ?? 3) }, (_, i) => i + 1)
const withLabels = (ys: Examples['ys']): Examples => ({
  xs: tf.ones([(Array.isArray(ys) ? ys[0]! : (ys as tf.Tensor)).shape[0]!, 2]),
  ys,
})
/** `frequent` examples of class 0, `rare` of class 1. */
const uneven = (frequent: number, rare: number) =>
  Int32Array.from({ length: frequent + rare }, (_, i) => (i < frequent ? 0 : 1))

describe.each<[string, (seed: number) => Examples]>([
  ['one-hot', (seed) => classes(300, seed)],
  ['one-hot, few', (seed) => withLabels(oneHot(integers(60, 10, seed), 10))],
  ['one-hot, a batch', (seed) => withLabels(oneHot(integers(16, 10, seed), 10))],
  ['indices', (seed) => classIndices(300, seed)],
  ['float indices', (seed) => withLabels(tf.tensor1d(Float32Array.from(integers(300, 5, seed))))],
  ['binary', (seed) => yesNo(300, seed)],
  ['binary, a fifth', (seed) => yesNo(300, seed, { rare: 0.2 })],
  ['signs', (seed) => signs(300, seed)],
  ['several labels', (seed) => multilabel(300, seed)],
  ['digits', (seed) => smallDigits(500, seed)],
])('%s', (_name, create) => {
  test.each(seeds)('is balanced, seed %i', async (seed) => {
    const examples = create(seed)
    const { status, summary } = await expectNoNewTensors(() => checkBalancedClasses(examples))
    expect(status, summary).toBe('passed')
  })
})

describe('an imbalance is found', () => {
  test.each<[string, Examples, RegExp]>([
    [
      'one-hot',
      withLabels(oneHot(uneven(970, 30), 2)),
      /Class 1 of ys has 30 of 1000 examples, class 0 has 970/,
    ],
    ['indices', withLabels(tf.tensor1d(uneven(490, 10), 'int32')), /Class 1 of ys has 10 of 500 examples/],
    ['binary', withLabels(tf.tensor2d(uneven(490, 10), [500, 1])), /Class 1 of ys has 10 of 500 examples/],
    [
      'soft labels',
      withLabels(tf.tidy(() => oneHot(uneven(970, 30), 2).mul(0.98).add(0.01) as tf.Tensor2D)),
      /Class 1 of ys has 39\.4 of 1000/,
    ],
    [
      'several labels',
      withLabels(tf.tensor2d(Array.from({ length: 300 }, (_, i) => [1, i % 2, i % 100 ? 0 : 1]))),
      /Label 2 of ys has 3 of 300 examples, label 0 has 300/,
    ],
    [
      'a missing class',
      withLabels(oneHot(integers(500, 9, 1), 10)),
      /Class 9 of the 10 in ys has no example/,
    ],
    ['one class only', withLabels(oneHot(new Int32Array(200), 2)), /Class 1 of the 2 in ys has no example/],
    [
      'the second output',
      withLabels([oneHot(integers(500, 2, 1), 2), oneHot(uneven(490, 10), 2)]),
      /^Class 1 of ys\[1\]/,
    ],
  ])('%s', async (_name, examples, said) => {
    const { status, summary, causes } = await checkBalancedClasses(examples)
    expect(status).toBe('failed')
    expect(summary).toMatch(said)
    expect(causes[0]!.name).toBe('class-imbalance')
  })

  test('unless it is allowed, or compensated by weights', async () => {
    const examples = withLabels(oneHot(uneven(970, 30), 2))
    expect((await checkBalancedClasses(examples, { minRatio: 0.02 })).status).toBe('passed')
    expect((await checkBalancedClasses({ ...examples, classWeight: { 1: 32 } })).status).toBe('passed')
    const sampleWeight = tf.tensor1d(Array.from(uneven(970, 30), (label) => (label ? 30 : 1)))
    expect((await checkBalancedClasses({ ...examples, sampleWeight })).status).toBe('passed')
    await expect(checkBalancedClasses(examples, { minRatio: 0 })).rejects.toThrow(/options\.minRatio/)
  })
})

test.each<[string, Examples, RegExp]>([
  ['numbers', quantities(100, 1), /ys: the labels are numbers, not classes/],
  ['reconstructions', reconstructions(50, 1), /ys: the targets are the inputs/],
  ['counts', counts(300, 1), /whole numbers of type float32 may be class indices or counts/],
  ['tokens', withLabels(tf.oneHot(tf.zeros([20, 6], 'int32'), 8)), /6 labels per example/],
])('%s are skipped, with the reason', async (_name, examples, reason) => {
  const { status, summary } = await checkBalancedClasses(examples)
  expect(status).toBe('skipped')
  expect(summary).toMatch(reason)
})
