import * as tf from '@tensorflow/tfjs'
import { expect, type Recipe, test, variations } from '../../src/index.js'
import { corners } from './corners.js'

const base: Recipe = {
  create() {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [2], units: 16, activation: 'relu', name: 'hidden' }),
        tf.layers.dense({ units: 3, activation: 'softmax', name: 'corner' }),
      ],
    })
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' })
    return model
  },
  train: corners(300),
}

test('half the width is enough', async ({ train }) => {
  const narrow = variations.withSmallerModel(0.5)(base)
  const [wide, half] = [
    await train(base.create, { data: corners(300), steps: 200 }),
    await train(narrow.create, { data: corners(300), steps: 200 }),
  ]
  expect(half.losses.at(-1)).toBeLessThan(wide.losses.at(-1)! + 0.05)
})

test('variations of variations', async () => {
  const varied = variations.withLearningRate(0.001)(variations.withDropout(0.2)(base))
  const model = (await varied.create()) as tf.LayersModel
  expect(model.layers.map(({ name }) => name)).toEqual(['hidden', 'dropout_before_corner', 'corner'])
})
