import { stripVTControlCharacters } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { loadDigits } from '../../examples/mnist/src/data.js'
import { createModel } from '../../examples/mnist/src/model.js'
import * as moons from '../checks/moon-programs.js'
import { normals } from '../programs/data.js'
import { compiled } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const { perceptron } = moons
const train = loadDigits('train', 300)
const noise = tf.tensor4d(normals(5 * 5 * 8, 1), [5, 5, 1, 8])
const ramp = tf.tensor2d(
  Float32Array.from({ length: 36 * 4 }, (_, i) => Math.floor(i / 4)),
  [36, 4],
)
const messageOf = (assertion: Promise<void>): Promise<string> =>
  assertion.then(
    () => 'passed',
    (error: Error) => stripVTControlCharacters(error.message),
  )

test('filters with structure pass, noise passes under .not', async () => {
  await expectNoNewTensors(async () => {
    await expect(createModel).toHaveStructuredFilters({ train, steps: 30 })
    await expect(createModel).not.toHaveStructuredFilters()
    await expect(ramp).toHaveStructuredFilters({ inputShape: [6, 6] })
    await expect(noise).not.toHaveStructuredFilters()
  })
})

test('the message tells the figures, the cause and what to try', async () => {
  const message = await messageOf(expect(noise).toHaveStructuredFilters())
  expect(message).toMatch(/toHaveStructuredFilters/)
  expect(message).toMatch(
    /tensor \(8 filters of 5 × 5\) looks like noise: Geary's C [\d.]+ \(noise: 1\), p [\d.]+ > 0\.01/,
  )
  expect(message).toMatch(/measured {2}C [\d.]+ · p [\d.]+/)
  expect(message).toMatch(/expected {2}p ≤ 0\.01 · C below 1/)
  expect(message).toMatch(/Likely cause: filters-are-noise\n {2}why .*shuffled.*\n {2}try .*train longer/)
  expect(await messageOf(expect(ramp).not.toHaveStructuredFilters({ inputShape: [6, 6] }))).toMatch(
    /to fail, but it passed\. tensor \(4 filters of 6 × 6\) has structure/,
  )
})

test('what has no filters throws, under .not too', async () => {
  const flat = () => compiled([tf.layers.dense({ inputShape: [16], units: 4, activation: 'softmax' })])
  await expect(expect(flat).toHaveStructuredFilters()).rejects.toThrow(/do not lie on an image/)
  await expect(expect(flat).not.toHaveStructuredFilters()).rejects.toThrow(/do not lie on an image/)
})

test('toBeatItsMembers: members that differ, and one taken twice', async () => {
  const [first, second] = [perceptron()(), perceptron()()]
  for (const member of [first, second])
    await member.fit(moons.train.xs as tf.Tensor, moons.train.ys as tf.Tensor, { epochs: 3, verbose: 0 })
  const { validation } = moons
  await expect([first, second]).toBeatItsMembers(validation)
  await expect([first, first]).not.toBeatItsMembers(validation)
  expect(await messageOf(expect([first, second, first]).toBeatItsMembers(validation))).toMatch(
    /The mean of 3 members has loss [\s\S]*Likely cause: identical-members\n {2}why .*members 1 and 3.*\n {2}try .*a seed of its own/,
  )
  first.dispose()
  second.dispose()
})
