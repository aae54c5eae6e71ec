import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'

const perStep = (step: number) => 1e-3 * 0.95 ** step

test('a schedule that keeps its rate passes, one that decays per step passes under .not', async () => {
  await expect(() => 1e-3).toKeepLearningRate({ steps: 1000 })
  await expect(perStep).not.toKeepLearningRate({ steps: 1000 })
  await expect(perStep).toKeepLearningRate({ steps: 1000, until: 0.04 })
})

test('the message tells the step, the cause and what to try', async () => {
  const message = await expect(perStep)
    .toKeepLearningRate({ steps: 1000 })
    .then(
      () => 'passed',
      (error: Error) => stripVTControlCharacters(error.message),
    )
  expect(message).toMatch(/falls below 10 % of its highest value, 0\.001, at step 45 of 1000/)
  expect(message).toMatch(
    /Likely cause: schedule-decays-early\n {2}why .*multiplies.*\n {2}try .*once an epoch/,
  )
})

test('what is no schedule throws, under .not too', async () => {
  await expect(expect(1e-3).not.toKeepLearningRate({ steps: 10 })).rejects.toThrow(/subject: got 0\.001/)
})
