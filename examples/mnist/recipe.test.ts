import { describe, describeRecipe, expect, test } from 'vitest-recipe'
import { loadDigits } from './src/data'
import { createCnn, createModel, createPerceptron } from './src/model'

const digits = loadDigits('train', 4000)
const unseen = loadDigits('test', 1000)

describe('the digit classifier', () => {
  test('starts at the loss of a uniform guess over ten classes', async ({ batch }) => {
    await expect(createModel).toHaveInitLossNear(Math.log(10), { on: batch(digits, 256) })
  })

  test('can overfit one batch', async ({ batch }) => {
    await expect(createModel).toOverfitBatch(batch(digits, 64))
  })

  test('predicts unseen digits better than any guess that ignores the pixels', async () => {
    await expect(createModel).toBeatZeroInputBaseline(digits, { validation: unseen })
  })

  test('fits better with more filters', async () => {
    await expect(createCnn).toDecreaseLossWithCapacity(digits, { capacities: [1, 4, 16], steps: 100 })
  })

  test('learns the same first-layer filters as last time', async ({ train }) => {
    const { model } = await train(createModel, { data: digits, steps: 30 })
    await expect(model).toMatchWeightImage('first-layer')
  })
})

// The same checks in one block, one test each.
describeRecipe('a plain perceptron', {
  create: () => createPerceptron(32),
  train: digits,
  validation: unseen,
  capacities: [4, 16, 64].map((units) => () => createPerceptron(units)),
})
