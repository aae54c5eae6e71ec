import { expect, test } from '../../src/index.js'
import { Classifier } from './classifier.js'
import { corners } from './corners.js'

const points = corners(300)
const create = () => new Classifier()

test('the loss falls by half', async ({ train, attach }) => {
  const run = await train(create, { data: points, steps: 100 })
  await attach('loss', { loss: run.losses })
  expect(run.losses.at(-1)).toBeLessThan(run.losses[0]! / 2)
})

test('gradients stay finite and small', async ({ train }) => {
  const run = await train(create, { data: points, steps: 100 }) // the same run: it is not repeated
  expect(run.end).toBe('steps')
  expect(run.gradientNorms.every(({ value }) => value < 10)).toBe(true)
})

test('predicts probabilities', async ({ tf, batch, seed }) => {
  const { xs } = batch(points, 8)
  const sums = tf.sum(create().predict(xs), -1)
  expect(await sums.array()).toEqual(Array(8).fill(expect.closeTo(1, 5)))
  expect(seed).toBe(42)
})
