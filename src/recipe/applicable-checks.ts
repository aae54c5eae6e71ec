import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import { dataChecks } from './data-checks.js'
import type { Budget, Recipe, RunRecipeOptions } from './recipe.js'
import { type RecipeCheck, recipeContext } from './recipe-context.js'
import { skeletonChecks } from './skeleton-checks.js'

const steps: Record<Budget, number> = { quick: 300, standard: 1000, thorough: 3000 }

/** All checks in the recipe's order, those left out by `only` and `skip` excepted. Data is loaded when first used. */
export function checksOf(recipe: Recipe, options: RunRecipeOptions = {}): RecipeCheck[] {
  assertRecipe(recipe)
  const { budget = 'standard', only, skip = [] } = options
  const context = recipeContext(recipe, steps[budget])
  const all = [...dataChecks(context), ...skeletonChecks(context)]
  assertNames([...(only ?? []), ...skip], all)
  return all.filter(({ name }) => (!only || only.includes(name)) && !skip.includes(name))
}

function assertRecipe(recipe: Recipe): void {
  if (typeof recipe?.create !== 'function') {
    throw new InvalidArgumentError(
      'recipe.create',
      describe(recipe?.create),
      'a function that returns a fresh, compiled model',
    )
  }
  if (recipe.train === undefined || recipe.train === null) {
    throw new InvalidArgumentError(
      'recipe.train',
      describe(recipe.train),
      '{ xs, ys }, or a function that loads them',
    )
  }
}

function assertNames(names: readonly string[], checks: readonly RecipeCheck[]): void {
  const known = checks.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new InvalidArgumentError(
    'options.only / options.skip',
    describe(unknown),
    `names of checks: ${known.join(', ')}`,
  )
}
