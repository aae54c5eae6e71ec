import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkOverfitTrainingSet } from '../../../src/checks/overfit/overfit-training-set.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { perceptron, train } from '../moon-programs.js'

const steps = 200

test.each([1, 2, 3])(
  'a program that is large enough learns its training set by heart (seed %i)',
  async (seed) => {
    const result = await expectNoNewTensors(() =>
      checkOverfitTrainingSet(perceptron({ optimizer: () => tf.train.adam(0.03) }), train, { steps, seed }),
    )
    expect(result).toMatchObject({ status: 'passed', stage: 'overfit', causes: [] })
    expect(result.measured.steps).toBeLessThan(steps)
    expect(result.summary).toMatch(
      /^The training set of 600 was overfitted in \d+ steps: loss 0\.0\d+, accuracy \d+ %\.$/,
    )
  },
)

test.each([
  [
    'few hidden units',
    perceptron({ units: 2, optimizer: () => tf.train.adam(0.03) }),
    'too-little-capacity',
    'layers 4 times as wide',
    200,
  ],
  [
    'a penalty that keeps the weights small',
    perceptron({ l2: 0.1, optimizer: () => tf.train.adam(0.03) }),
    'over-regularized',
    'without the weight penalty',
    100,
  ],
  [
    'a rate far too low',
    perceptron({ optimizer: () => tf.train.sgd(0.001) }),
    'learning-rate-too-low',
    'with Adam at',
    100,
  ],
  [
    'a rate far too high',
    perceptron({ optimizer: () => tf.train.adam(3) }),
    'learning-rate-too-high',
    'of the rate gets to',
    100,
  ],
] as const)(
  '%s: the experiment that mends it names the cause',
  async (_name, create, cause, evidence, most) => {
    const result = await expectNoNewTensors(() => checkOverfitTrainingSet(create, train, { steps: most }))
    expect(result.status).toBe('failed')
    expect(result.causes[0]).toMatchObject({ name: cause, evidence: expect.stringContaining(evidence) })
    expect(result.summary).toContain(`was not overfitted: after ${most} steps the training loss is`)
  },
)

test('labels at random are not learnt by a small program, and no cause is made up', async () => {
  const ys = tf.tensor2d(Array.from({ length: 600 }, (_, i) => [(i * 7919) % 13 < 6 ? 1 : 0]))
  const result = await checkOverfitTrainingSet(perceptron(), { xs: train.xs, ys }, { steps: 60 })
  expect(result).toMatchObject({ status: 'failed', causes: [] })
  expect(result.summary).toMatch(
    /the labels may be noisier than it can memorise, or the inputs not tell them\.$/,
  )
})

test('labels that are all the same are refused: a constant fits them', async () => {
  const same = { xs: train.xs, ys: tf.onesLike(train.ys as tf.Tensor) }
  await expect(checkOverfitTrainingSet(perceptron(), same, { steps })).rejects.toThrow(
    'labels that one constant prediction fits',
  )
})

test('the goal can be given', async () => {
  const result = await checkOverfitTrainingSet(perceptron({ units: 1 }), train, {
    steps: 200,
    loss: 0.6,
    accuracy: 0.6,
  })
  expect(result.status).toBe('passed')
})

test.each([
  [{ steps: 0 }, 'options.steps'],
  [{ loss: Number.NaN }, 'options.loss'],
  [{ accuracy: 2 }, 'options.accuracy'],
])('%o is refused', async (options, argument) => {
  await expect(checkOverfitTrainingSet(perceptron(), train, options)).rejects.toThrow(argument)
})
