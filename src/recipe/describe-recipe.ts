import { describe, expect, test } from 'vitest'
import { recipeSettings } from '../matchers/settings.js'
import { checksOf } from './applicable-checks.js'
import type { Recipe, RunRecipeOptions } from './recipe.js'

/**
 * The whole recipe as a group of tests: one for each check that applies, in the recipe's order; a check that does
 * not apply is a skipped test that says what it misses. When one fails, the run ends with a ranked diagnosis. Needs
 * the plugin, which registers the matchers and prints the diagnosis.
 */
export function describeRecipe(name: string, recipe: Recipe, options: RunRecipeOptions = {}): void {
  const { timeout } = options
  describe(name, timeout === undefined ? {} : { timeout }, () => {
    for (const check of checksOf(recipe, options)) {
      test(check.name, async ({ task }) => {
        task.meta.recipe = { ...task.meta.recipe, inRecipe: name }
        const { seed = recipeSettings().seed } = options
        await expect(check)
          .toPassRecipeCheck({ ...options, seed })
          .catch(withoutFrames)
      })
    }
  })
}

/** The message says what is wrong; the place in this file where it was thrown tells nobody anything. */
function withoutFrames(error: unknown): never {
  if (error instanceof Error) error.stack = `${error.name}: ${error.message}`
  throw error
}
