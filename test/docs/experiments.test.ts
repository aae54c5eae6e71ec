import * as tf from '@tensorflow/tfjs'
import { ablation, expect, type Recipe, test, variations } from '../../src/index.js'
import { corners } from './corners.js'

const create = (units: number) => () => {
  const model = tf.sequential()
  if (units > 0) model.add(tf.layers.dense({ inputShape: [2], units, activation: 'relu', name: 'hidden' }))
  model.add(tf.layers.dense({ ...(units === 0 && { inputShape: [2] }), units: 3, activation: 'softmax' }))
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' })
  return model
}

const all = corners(600)
const part = (from: number, count: number) => ({
  xs: all.xs.slice(from, count),
  ys: all.ys.slice(from, count),
})
const [train, more, validation] = [part(0, 15), part(15, 285), part(300, 300)]
const base: Recipe = { create: create(8), train, validation, steps: 100 }

ablation(
  'corners',
  base,
  {
    wider: variations.withLargerModel(4),
    dropout: variations.withDropout(0.8),
    faster: variations.withLearningRate(0.03),
  },
  {
    hypothesis: {
      wider: 'lowers validation loss by ≥ 2 %',
      dropout: 'raises validation loss by ≥ 10 %',
    },
    seeds: 6,
  },
)

test('the hidden layer is worth its weights', async () => {
  await expect(create(8)).toEarnItsComplexityOver(create(0), { train, validation, steps: 100 })
})

test('each addition brings something', async () => {
  const models = [create(0), create(8), create(32)]
  await expect(models).toImproveWithEachAddition({ train, validation, steps: 100 })
})

test('twenty times the data generalise better', async () => {
  await expect(variations.withMoreData(more)(base)).toGeneralizeBetterThan(base, {
    hypothesis: 'lowers validation loss by ≥ 10 %',
  })
})
