import { expect, test } from 'vitest'
import { trainOnAll } from '../../src/training/full-training.js'
import { perceptron, train } from '../checks/moon-programs.js'
import { expectNoNewTensors } from './expect-no-new-tensors.js'

test.each([
  [3, { reached: true, end: 'done' }, [0, 2, 4]],
  [4, { reached: true, end: 'steps' }, [0, 2, 4, 5]],
  [5, { reached: false, end: 'steps' }, [0, 2, 4, 5]],
])('of five steps with a look every two, the goal is reached at look %i', async (reachedAt, how, steps) => {
  let looks = 0
  const run = await expectNoNewTensors(() =>
    trainOnAll(perceptron(), {
      train,
      on: train,
      seed: 1,
      steps: 5,
      batchSize: 8,
      every: 2,
      reached: () => ++looks === reachedAt,
    }),
  )
  expect(run).toMatchObject(how)
  expect(run.looks.map(({ step }) => step)).toEqual(steps)
})
