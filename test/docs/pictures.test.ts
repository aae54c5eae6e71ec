import * as tf from '@tensorflow/tfjs'
import { expect, test } from '../../src/index.js'
import { corners } from './corners.js'

const train = corners(200)
const on = { xs: train.xs.slice(0, 24), ys: train.ys.slice(0, 24) }
const create = () => {
  const model = tf.sequential()
  model.add(tf.layers.dense({ inputShape: [2], units: 8, activation: 'relu' }))
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }))
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' })
  return model
}

test('the data are those that were looked at', async () => {
  await expect(train).toMatchDataImage('corners')
})

test('the net receives what it should', async () => {
  await expect(create).toMatchInputImage('batch', { on })
})

test('predictions settle as they did', async () => {
  await expect(create).toMatchPredictionImage('dynamics', { train, on })
})
