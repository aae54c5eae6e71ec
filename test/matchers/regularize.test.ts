import { stripVTControlCharacters } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import type { Augment } from '../../src/training/augmented.js'
import * as moons from '../checks/moon-programs.js'
import { classes } from '../programs/data.js'

const { perceptron } = moons
const examples = classes(300, 1)
const noisy: Augment = ({ xs, ys }) =>
  tf.tidy(() => ({ xs: tf.add(xs as tf.Tensor, tf.randomNormal((xs as tf.Tensor).shape, 0, 0.1)), ys }))
const scaled: Augment = ({ xs, ys }) => ({ xs: tf.mul(xs as tf.Tensor, 10), ys })

test('a little noise passes, another scale passes under .not', async () => {
  await expect(noisy).toPreserveDistribution(examples)
  await expect(scaled).not.toPreserveDistribution(examples)
})

test('the message tells the figures, the cause and what to try', async () => {
  const message = await expect(scaled)
    .toPreserveDistribution(examples)
    .then(
      () => 'passed',
      (error: Error) => stripVTControlCharacters(error.message),
    )
  expect(message).toMatch(/augmented inputs vary 10 times as much as the originals/)
  expect(message).toMatch(
    /Likely cause: augmentation-shift\n {2}why .*300 examples\n {2}try .*scale of the data/,
  )
})

test('what is no augmentation throws, under .not too', async () => {
  await expect(expect(examples).not.toPreserveDistribution(examples)).rejects.toThrow(
    /subject: got an object/,
  )
})

test('toStopEarly tells what never fell, and why', async () => {
  const create = perceptron({ optimizer: () => tf.train.sgd(0) })
  const settings = { train: moons.train, validation: moons.validation, steps: 20, every: 5, patience: 2 }
  await expect(create).not.toStopEarly(settings)
  const message = await expect(create)
    .toStopEarly(settings)
    .then(
      () => 'passed',
      (error: Error) => stripVTControlCharacters(error.message),
    )
  expect(message).toMatch(/toStopEarly[\s\S]*Training never lowers the validation loss: it is [\d.]+ before/)
  expect(message).toMatch(
    /Likely cause: weights-not-updated\n {2}why .*5 looks.*\n {2}try .*learning rate of 0/,
  )
})
