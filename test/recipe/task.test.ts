import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import type { Recipe } from '../../src/recipe/recipe.js'
import { runRecipe } from '../../src/recipe/run-recipe.js'

/** Whole numbers of type float32, one of them rare: ratings, or classes? */
const ys = tf.tensor1d(Array.from({ length: 400 }, (_, i) => (i < 2 ? 0 : 1 + (i % 2))))
const xs = tf.randomNormal([400, 3], 0, 1, 'float32', 1)
const recipe: Recipe = {
  create: () => {
    throw new Error('the classes are counted without the program')
  },
  train: { xs, ys },
}

test.each([
  ['classification', 'passed'],
  ['regression', 'skipped'],
] as const)('the task decides what whole numbers are: %s', async (task, status) => {
  const { results } = await runRecipe({ ...recipe, task }, { only: ['balanced-classes'] })
  expect(results[0]?.status).toBe(status)
})

test('an unknown task is refused', async () => {
  await expect(runRecipe({ ...recipe, task: 'ranking' as never })).rejects.toThrow(
    'recipe.task: got "ranking"; wanted \'classification\'',
  )
})
