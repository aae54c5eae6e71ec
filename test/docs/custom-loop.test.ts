import { expect, test } from '../../src/index.js'
import { Classifier } from './classifier.js'
import { corners } from './corners.js'

const create = () => new Classifier()

test('starts near the loss of a uniform guess', async () => {
  await expect(create).toHaveInitLossNear(Math.log(3), { on: corners(96) })
})

test('can overfit one batch', async () => {
  await expect(create).toOverfitBatch(corners(12))
})

test('uses its inputs', async () => {
  await expect(create).toBeatZeroInputBaseline(corners(300))
})

test('starts from the same weights as last time', async () => {
  await expect(create).toMatchWeightImage('hidden', { layer: 'hidden' })
})
