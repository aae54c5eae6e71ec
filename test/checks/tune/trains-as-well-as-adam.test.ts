import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkTrainsAsWellAsAdam } from '../../../src/checks/tune/trains-as-well-as-adam.js'
import type { Examples, Trainable } from '../../../src/training/trainable.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { perceptron, train } from '../moon-programs.js'

const steps = 50

test.each([
  ['Adam', () => tf.train.adam(0.01)],
  ['momentum', () => tf.train.momentum(0.1, 0.9)],
  ['SGD at its rate', () => tf.train.sgd(0.5)],
])('%s gets on as well', async (_name, optimizer) => {
  const result = await expectNoNewTensors(() =>
    checkTrainsAsWellAsAdam(perceptron({ optimizer }), train, { steps }),
  )
  expect(result).toMatchObject({ status: 'passed', stage: 'tune', causes: [] })
  expect(result.measured.progress).toBeGreaterThan(0.9)
})

test.each([
  ['SGD at a rate too low', () => tf.train.sgd(0.001), 'learning-rate-too-low'],
  ['Adam at a rate too high', () => tf.train.adam(5), 'learning-rate-too-high'],
] as const)('%s is behind under every seed', async (_name, optimizer, cause) => {
  const result = await expectNoNewTensors(() =>
    checkTrainsAsWellAsAdam(perceptron({ optimizer }), train, { steps, seeds: 2 }),
  )
  expect(result.status).toBe('failed')
  expect(result.causes[0]!.name).toBe(cause)
  expect(result.summary).toMatch(/^Under seed 43 .* of Adam's progress, and no better under 1 other seed\.$/)
})

test('a rate so high that no other one near it helps is not called too low', async () => {
  const create = perceptron({ optimizer: () => tf.train.sgd(1e9) })
  const result = await checkTrainsAsWellAsAdam(create, train, { steps: 20, seeds: 1 })
  expect(result.causes).toMatchObject([
    { name: 'learning-rate-too-high', evidence: expect.stringContaining('above its start') },
  ])
})

test('a schedule that ends at once is behind; it sets the rate of the own optimizer only', async () => {
  const schedule = (step: number) => (step < 3 ? 0.01 : 1e-7)
  const result = await checkTrainsAsWellAsAdam(perceptron(), train, { steps, seeds: 1, schedule })
  expect(result.status).toBe('failed')
  expect(result.causes).toMatchObject([
    { name: 'schedule-decays-early', evidence: expect.stringContaining('at 0.01 throughout') },
  ])
})

test('a schedule that gives no rate is refused', async () => {
  await expect(
    checkTrainsAsWellAsAdam(perceptron(), train, { steps, schedule: () => Number.NaN }),
  ).rejects.toThrow('schedule: got NaN at step 0')
})

/** Logistic regression by hand. */
function byHand(more: (kernel: tf.Variable) => Pick<Trainable, 'step'> & Partial<Trainable>) {
  return (): Trainable => {
    const kernel = tf.variable(tf.zeros([2, 1]))
    return {
      predict: (xs) => tf.sigmoid(tf.matMul(xs as tf.Tensor2D, kernel as tf.Tensor2D)),
      loss: (batch) => lossOf(kernel, batch),
      weights: () => ({ kernel }),
      dispose: () => kernel.dispose(),
      ...more(kernel),
    }
  }
}

const lossOf = (kernel: tf.Variable, { xs, ys }: Examples): tf.Scalar =>
  tf.tidy(() =>
    tf.losses.sigmoidCrossEntropy(ys as tf.Tensor, tf.matMul(xs as tf.Tensor2D, kernel as tf.Tensor2D)),
  )

test.each([
  [
    'has no optimizer',
    byHand((kernel) => ({ step: (batch) => lossOf(kernel, batch) })),
    'a program whose optimizer cannot be replaced',
  ],
  [
    'makes another optimizer in every step',
    byHand((kernel) => ({
      optimizer: tf.train.adam(0.01),
      step: (batch) => tf.train.adam(0.01).minimize(() => lossOf(kernel, batch), true, [kernel])!,
    })),
    'a program whose step() does not use its property optimizer',
  ],
])('a program that %s says so', async (_name, create, said) => {
  await expect(checkTrainsAsWellAsAdam(create, train)).rejects.toThrow(said)
})

test.each([{ margin: 1 }, { steps: 0 }, { seeds: 0 }])('%o is refused', async (options) => {
  await expect(checkTrainsAsWellAsAdam(perceptron(), train, options)).rejects.toThrow(
    `options.${Object.keys(options)[0]}`,
  )
})
