import { checkGeneralizesBetter } from '../checks/regularize/generalizes-better.js'
import { checkPreservesDistribution } from '../checks/regularize/preserves-distribution.js'
import { checkStopsEarly } from '../checks/regularize/stops-early.js'
import type { CheckResult } from '../checks/result.js'
import { comparisonBudget, needsThorough, onlyHarmFails } from './comparisons.js'
import type { RecipeCheck, RecipeContext } from './recipe-context.js'

/** The checks of the regularize stage. */
export function regularizeChecks(context: RecipeContext): RecipeCheck[] {
  const { recipe, train, validation, batchSize } = context
  const { augment } = recipe
  return [
    {
      name: 'preserves-distribution',
      stage: 'regularize',
      ...(!augment && { missing: 'the recipe has no augment: (batch) => batch' }),
      // A planned run frees what augment leaves behind.
      run: async (options) =>
        checkPreservesDistribution(augment!, await train(), { ...options, batchSize, tidied: true }),
    },
    {
      name: 'generalizes-better',
      stage: 'regularize',
      ...missingForComparison(context),
      async run(options) {
        const base = { ...recipe, train: await train(), validation: await validation!() }
        const { augment: _, ...withoutAugment } = base
        const settings = { ...options, ...comparisonBudget, steps: recipe.steps! }
        return onlyHarmFails(await checkGeneralizesBetter(base, withoutAugment, settings))
      },
    },
    {
      name: 'stops-early',
      stage: 'regularize',
      ...missingForStopping(context),
      async run(options) {
        const planned = { ...recipe, train: await train(), validation: await validation!() }
        return onlyImpatienceFails(await checkStopsEarly(planned, options))
      },
    },
  ]
}

/** A planned run that ends before it overfits needs no stopping. */
function onlyImpatienceFails(result: CheckResult): CheckResult {
  if (result.status !== 'failed' || !result.summary.startsWith('It never stops')) return result
  return { ...result, status: 'skipped', summary: `Skipped: ${result.summary}`, causes: [] }
}

function missingForStopping({
  recipe: { earlyStopping, steps },
  validation,
  steps: most,
}: RecipeContext): Pick<RecipeCheck, 'missing'> {
  if (!(earlyStopping && validation && steps !== undefined))
    return { missing: 'the recipe has no earlyStopping with validation examples and steps' }
  return steps > most ? { missing: `the planned run of ${steps} steps is longer than the budget allows` } : {}
}

/** Augmentation makes training harder at first: what it does to a run that is cut short says nothing. */
function missingForComparison({
  recipe: { augment, steps },
  validation,
  steps: most,
  budget,
}: RecipeContext): Pick<RecipeCheck, 'missing'> {
  if (!(augment && validation && steps !== undefined))
    return { missing: 'the recipe has no augment with validation examples and the steps of the planned run' }
  if (steps > most) return { missing: `the planned run of ${steps} steps is longer than the budget allows` }
  return needsThorough(budget)
}
