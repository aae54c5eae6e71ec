import type { CheckOptions } from '../checks/options.js'
import { InvalidArgumentError } from '../errors.js'
import { type AheadOptions, runAhead } from '../parallel/run-ahead.js'
import type { Task } from '../statistics/label-kind.js'
import { describe } from '../training/examples.js'
import { withPatience } from '../training/patience.js'
import { type Allowance, allowances, overSeeds } from './budget.js'
import { checksWithin } from './checks-within.js'
import { checksOfPart } from './part.js'
import type { Recipe, RunRecipeOptions } from './recipe.js'
import { type RecipeCheck, recipeContext } from './recipe-context.js'
import { toldOnce } from './told-once.js'

/** The checks of a recipe. What they share lives until `dispose`. */
export interface RecipeChecks {
  checks: RecipeCheck[]
  dispose(): Promise<void>
}

/**
 * All checks in the recipe's order, those left out by `only` and `skip` excepted. Data is loaded when first used. With
 * `ahead`, other processes run checks while this one is at earlier ones.
 */
export function checksOf(recipe: Recipe, options: RunRecipeOptions = {}, ahead?: AheadOptions): RecipeChecks {
  assertRecipe(recipe)
  const { budget = 'standard', only, skip = [], part } = options
  const { steps, seeds } = allowanceOf(budget)
  const context = recipeContext(recipe, budget, steps)
  const helpers = ahead && runAhead(context, ahead)
  const neverResolved = new Set<string>()
  const task = recipe.task ? { task: recipe.task } : {}
  const all = checksWithin(context)
  assertNames([...(only ?? []), ...skip], all)
  const chosen = all.filter(({ name }) => (!only || only.includes(name)) && !skip.includes(name))
  const seedsOf = ({ stage }: RecipeCheck) => (stage === 'skeleton' ? seeds : 1)
  const checks = (part === undefined ? chosen : checksOfPart(chosen, part, seedsOf)).map((check) => {
    const under = seedsOf(check)
    return overSeeds(helpers ? helpers.wrap(check, under) : check, under)
  })
  return {
    checks: toldOnce(checks).map((check) => ({
      ...check,
      run: (control: CheckOptions) =>
        withPatience(control, neverResolved, () => check.run({ ...control, ...task })),
    })),
    async dispose() {
      await helpers?.stop()
      await context.trained.dispose()
    },
  }
}

function allowanceOf(budget: string): Allowance {
  const allowance = (allowances as Record<string, Allowance | undefined>)[budget]
  if (allowance) return allowance
  throw new InvalidArgumentError('options.budget', describe(budget), "'quick', 'standard' or 'thorough'")
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
  assertTask(recipe.task)
}

const tasks = ['classification', 'binary', 'multilabel', 'regression', 'reconstruction'] satisfies Task[]

function assertTask(task: unknown): void {
  if (task === undefined || tasks.some((known) => known === task)) return
  throw new InvalidArgumentError('recipe.task', describe(task), tasks.map((known) => `'${known}'`).join(', '))
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
