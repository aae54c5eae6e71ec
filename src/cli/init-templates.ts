/** What `init` writes. */
export const configTemplate = `import { defineConfig } from 'vitest/config'
import recipe from 'vitest-recipe/plugin'

export default defineConfig({ plugins: [recipe()] })
`

/** A small program that passes as it is, so that the first failure a user sees is about their own. */
export const testTemplate = `import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest-recipe'

// Replace createModel, train and batch by your own: import them from your training code.

/** A fresh, compiled model at each call. Leave the seeds to the matchers. */
function createModel() {
  const model = tf.sequential()
  model.add(tf.layers.dense({ inputShape: [2], units: 16, activation: 'relu', kernelInitializer: 'heNormal' }))
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }))
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

/** Points around three corners of a triangle; the label is the corner. */
function examples(count: number) {
  const labels = Array.from({ length: count }, (_, i) => i % 3)
  const points = labels.map((label, i) => {
    const angle = (label * 2 * Math.PI) / 3
    return [Math.cos(angle) + 0.4 * Math.sin(7 * i), Math.sin(angle) + 0.4 * Math.cos(11 * i)]
  })
  return { xs: tf.tensor2d(points), ys: tf.oneHot(labels, 3).toFloat() }
}

test('starts at the loss of a uniform guess', async () => {
  await expect(createModel).toHaveInitLossNear({ on: examples(96) })
})

test('can overfit one small batch', async () => {
  await expect(createModel).toOverfitBatch(examples(12))
})

test('uses its inputs', async () => {
  await expect(createModel).toBeatZeroInputBaseline(examples(96))
})
`
