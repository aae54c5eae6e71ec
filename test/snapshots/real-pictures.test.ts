import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digits } from '../../fixtures/digits.js'
import { pretrainedMobileNet } from '../../fixtures/pretrained.js'
import { carTable } from '../../fixtures/zoo/data.js'

// Looked at: MNIST, the MobileNet of the package nsfwjs, the table of cars.

let model: tf.LayersModel
/** Digits as the net takes pictures: 224 × 224, three channels. */
const on = tf.tidy(() => {
  const { xs, ys } = digits('t10k', 0, 4) as { xs: tf.Tensor4D; ys: tf.Tensor }
  const pictures = tf.image.resizeBilinear(xs, [224, 224]).tile([1, 1, 1, 3])
  return { xs: tf.keep(pictures), ys: tf.keep(ys) }
})
beforeAll(async () => {
  model = await pretrainedMobileNet()
})
afterAll(() => model.dispose())

test('its first filters are edges and colours', async () => {
  await expect(model).toMatchWeightImage('filters')
})

test('depthwise kernels of its first block', async () => {
  await expect(model).toMatchWeightImage('depthwise', { layer: 'expanded_conv_depthwise' })
})

test('what its first layer makes of digits', async () => {
  await expect(model).toMatchActivationImage('first-layer', { on, layer: 'Conv1_relu', examples: 2 })
})

test('1280 units before its head', async () => {
  await expect(model).toMatchActivationImage('features', { on, layer: 'flatten_1' })
})

test('a sheet of digits', async () => {
  await expect(digits('train', 0, 1000)).toMatchDataImage('digits')
})

test('histograms of a table', async () => {
  const { features, targets } = carTable()
  const cars = { xs: tf.tensor2d(features), ys: tf.tensor2d(targets, [targets.length, 1]) }
  await expect(cars).toMatchDataImage('cars')
})
