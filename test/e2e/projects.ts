/** Files of the projects that the end-to-end tests run: what a user would write. */

export const config = (options = '') => `import { defineConfig } from 'vitest/config'
import recipe from 'vitest-recipe/plugin'

export default defineConfig({ plugins: [recipe(${options})] })
`

/** A model file that imports the native package by name, as most do. */
export const model = `import * as tf from '@tensorflow/tfjs-node'

export function createModel({ units = 16, learningRate = 0.01 } = {}) {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [8], units, activation: 'relu' }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy' })
  return model
}

/** Which of three sums is the largest. */
export function examples(count: number) {
  const numbers = Array.from({ length: count * 8 }, (_, i) => Math.sin(i * i + 3 * i))
  const xs = tf.tensor2d(numbers, [count, 8])
  const labels = Array.from({ length: count }, (_, i) => {
    const [a, b, c, d] = numbers.slice(8 * i)
    return [a! + d!, b!, c!].reduce((best, sum, k, all) => (sum > all[best]! ? k : best), 0)
  })
  return { xs, ys: tf.oneHot(tf.tensor1d(labels, 'int32'), 3).toFloat() }
}
`

export const fiveTests = `import { expect, test } from 'vitest-recipe'
import { createModel, examples } from './model.js'

const train = examples(400)
const batch = examples(16)

test('starts with the loss of chance', async () => {
  await expect(createModel).toHaveInitLossNear(Math.log(3), { on: batch })
})

test('overfits a batch', async () => {
  await expect(createModel).toOverfitBatch(batch)
})

test('beats the input-independent baseline', async () => {
  await expect(createModel).toBeatZeroInputBaseline(train)
})

test('improves with capacity', async () => {
  await expect((units: number) => createModel({ units })).toDecreaseLossWithCapacity(train, { capacities: [1, 32] })
})

test('keeps its first weights', async () => {
  await expect(createModel).toMatchWeightImage('first')
})
`
