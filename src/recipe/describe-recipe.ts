import { describe, expect, test } from 'vitest'
import { recipeSettings } from '../matchers/settings.js'
import { checksOf } from './applicable-checks.js'
import type { Recipe, RunRecipeOptions } from './recipe.js'

/**
 * The whole recipe as a group of tests: one for each check that applies, in the recipe's order; a check that does
 * not apply is a skipped test that says what it misses. Needs the plugin, which registers the matchers.
 */
export function describeRecipe(name: string, recipe: Recipe, options: RunRecipeOptions = {}): void {
  describe(name, () => {
    for (const check of checksOf(recipe, options)) {
      test(check.name, async ({ skip }) => {
        if (check.missing) skip(`${check.name}: ${check.missing}`)
        await expect(check).toPassRecipeCheck({ seed: options.seed ?? recipeSettings().seed, ...options })
      })
    }
  })
}
