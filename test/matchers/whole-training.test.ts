import { stripVTControlCharacters } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { perceptron, train } from '../checks/moon-programs.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const good = perceptron({ optimizer: () => tf.train.adam(0.03) })
const slow = perceptron({ optimizer: () => tf.train.sgd(0.001) })
const messageOf = (assertion: Promise<void>): Promise<string> =>
  assertion.then(
    () => 'passed',
    (error: Error) => stripVTControlCharacters(error.message),
  )

test('what holds passes, what does not passes under .not', async () => {
  await expectNoNewTensors(async () => {
    await expect(good).toOverfitTrainingSet(train, { steps: 200 })
    await expect(slow).not.toOverfitTrainingSet(train, { steps: 20 })
    await expect(good).toTrainAsWellAsAdam(train, { steps: 20 })
    await expect(slow).not.toTrainAsWellAsAdam(train, { steps: 20, seeds: 1 })
    await expect(good).not.toHaveConverged({ train, steps: 30 })
  })
  await expect(Array(50).fill(1)).toHaveConverged()
})

test('the messages tell the figures, the cause and what to try', async () => {
  expect(await messageOf(expect(slow).toOverfitTrainingSet(train, { steps: 100 }))).toMatch(
    /toOverfitTrainingSet.*was not overfitted: after 100 steps.*Likely cause: learning-rate-too-low\n {2}why .*with Adam at.*\n {2}try .*tf\.train\.adam/s,
  )
  expect(await messageOf(expect(slow).toTrainAsWellAsAdam(train, { steps: 20, seeds: 1 }))).toMatch(
    /toTrainAsWellAsAdam.*of Adam's progress.*Likely cause: learning-rate-too-low\n {2}why .*\n {2}try /s,
  )
  const falling = Array.from({ length: 60 }, (_, step) => 0.99 ** step)
  expect(await messageOf(expect(falling).toHaveConverged())).toMatch(
    /toHaveConverged.*the loss falls by 21 %.*Likely cause: stopped-too-early\n {2}why .*\n {2}try .*leave it training/s,
  )
})

test('bad input throws, under .not too', async () => {
  await expect(expect(good).not.toOverfitTrainingSet(train, { steps: -1 })).rejects.toThrow(/^options\.steps/)
  await expect(expect(good).not.toTrainAsWellAsAdam(train, { margin: 2 })).rejects.toThrow(/^options\.margin/)
  await expect(expect([1, 2]).not.toHaveConverged()).rejects.toThrow(/^losses: got 2 of them/)
})
