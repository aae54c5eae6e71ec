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

// Trained once: the same factory, data and options give the same run.
const plan = { data, steps: 50 }

test('the hidden layer sees what it saw', async ({ train }) => {
  const { model } = await train(create, plan)
  await expect(model!).toMatchActivationImage('hidden', { on: few })
})

test('the same classes are mixed up', async ({ train }) => {
  const { model } = await train(create, plan)
  await expect(model!).toMatchConfusionImage('classes', { on: data })
})

test('the loss falls as it did', async ({ train }) => {
  const run = await train(create, plan)
  await expect(run).toMatchFigure('curves')
})
