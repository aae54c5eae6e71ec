import * as tf from '@tensorflow/tfjs'
import { choice, expect, logUniform, randomSearch, test } from '../../src/index.js'
import { corners } from './corners.js'

const all = corners(400)
const part = (from: number, count: number) => ({
  xs: all.xs.slice(from, count),
  ys: all.ys.slice(from, count),
})
const [train, validation] = [part(0, 200), part(200, 200)]

function createModel(rate: number, units: number) {
  const model = tf.sequential()
  model.add(tf.layers.dense({ inputShape: [2], units, activation: 'relu' }))
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }))
  model.compile({ optimizer: tf.train.adam(rate), loss: 'categoricalCrossentropy' })
  return model
}

test('a rate is found that learns the corners', async ({ attach }) => {
  const { best, table, figure } = await randomSearch(
    { rate: logUniform(1e-5, 1), units: choice([4, 16]) },
    {
      recipe: ({ rate, units }) => ({ create: () => createModel(rate, units), train, validation }),
      trials: 9,
      steps: 90,
    },
  )
  console.info(table)
  await attach('search', figure)
  expect(best!.values.rate).toBeGreaterThan(1e-3)
})
