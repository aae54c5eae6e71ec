import * as tf from '@tensorflow/tfjs'
import { expect, test } from '../../src/index.js'
import { corners } from './corners.js'

const data = corners(200)
const few = { xs: data.xs.slice(0, 24), ys: data.ys.slice(0, 24) }
const create = () => {
  const model = tf.sequential()
  model.add(tf.layers.dense({ inputShape: [2], units: 8, activation: 'relu' }))
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }))
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

test('a trained model is the one that was looked at', async ({ train }) => {
  const run = await train(create, { data, steps: 50 })
  await expect(run.model!).toMatchActivationImage('hidden', { on: few })
  await expect(run.model!).toMatchConfusionImage('classes', { on: data })
  await expect(run).toMatchFigure('curves')
})
