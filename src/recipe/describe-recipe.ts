import { afterAll, describe, expect, test } from 'vitest'
import { recipeSettings } from '../matchers/settings.js'
import { checksOf } from './applicable-checks.js'
import { helpersFor } from './helpers-for.js'
import type { Recipe, RunRecipeOptions } from './recipe.js'
import { thrownBy } from './run-check.js'

/**
 * The whole recipe as a group of tests: one for each check that applies, in the recipe's order; a check that does
 * not apply is a skipped test that says what it misses. When one fails, the run ends with a ranked diagnosis. Needs
 * the plugin, which registers the matchers and prints the diagnosis.
 */
export function describeRecipe(name: string, recipe: Recipe, options: RunRecipeOptions = {}): void {
  const { timeout, part } = options
  describe(name, timeout === undefined ? {} : { timeout }, () => {
    const { checks, dispose } = checksOf(recipe, options, helpersFor(recipe, options))
    afterAll(dispose)
    if (part !== undefined && checks.length === 0) test.skip(`no check is left for part ${part}`)
    for (const check of checks) {
      test(check.name, async ({ task }) => {
        task.meta.recipe = { ...task.meta.recipe, inRecipe: name, ...(part !== undefined && { part }) }
        const { seed = recipeSettings().seed } = options
        await expect(check)
          .toPassRecipeCheck({ ...options, seed })
          .catch((error) => pointToUser(error, thrownBy(check)))
      })
    }
  })
}

/** Our own frames tell nobody anything; where the user's code threw does. */
function pointToUser(error: unknown, thrown: unknown): never {
  if (error instanceof Error) error.stack = `${error.name}: ${error.message}${userFrame(thrown)}`
  throw error
}

const ownFolder = new URL('..', import.meta.url).pathname

/** The innermost line of the stack of an error, or of what caused it, that is the user's; empty without one. */
function userFrame(error: unknown): string {
  const { cause, stack = '' } = (error ?? {}) as Partial<Error>
  if (cause !== undefined) return userFrame(cause)
  const frame = stack
    .split('\n')
    .find((line) => /^\s+at /.test(line) && !/node_modules|node:/.test(line) && !line.includes(ownFolder))
  return frame === undefined ? '' : `\n${frame}`
}
