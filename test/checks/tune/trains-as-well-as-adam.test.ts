import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkTrainsAsWellAsAdam } from '../../../src/checks/tune/trains-as-well-as-adam.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { perceptron, train } from '../moon-programs.js'

const steps = 80

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

test('a schedule that ends at once is behind; it sets the rate of the own optimizer only', async () => {
  const result = await checkTrainsAsWellAsAdam(perceptron(), train, {
    steps,
    seeds: 1,
    schedule: (step) => (step < 3 ? 0.01 : 1e-7),
  })
  expect(result.status).toBe('failed')
})

test('a program whose optimizer cannot be replaced says so', async () => {
  const weight = tf.variable(tf.zeros([2, 1]))
  const program = {
    predict: () => tf.zeros([1, 1]),
    loss: () => tf.scalar(1),
    step: () => tf.scalar(1),
    weights: () => ({ weight }),
    dispose: () => {},
  }
  await expect(
    checkTrainsAsWellAsAdam(
      () => ({ ...program, weights: () => ({ w: tf.variable(tf.zeros([2, 1])) }) }),
      train,
    ),
  ).rejects.toThrow('a program whose optimizer cannot be replaced')
  weight.dispose()
})

test.each([{ margin: 1 }, { steps: 0 }, { seeds: 0 }])('%o is refused', async (options) => {
  await expect(checkTrainsAsWellAsAdam(perceptron(), train, options)).rejects.toThrow(
    `options.${Object.keys(options)[0]}`,
  )
})
