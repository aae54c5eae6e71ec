import { checkEarnsItsComplexity } from '../checks/overfit/earns-its-complexity.js'
import { checkImprovesWithEachAddition } from '../checks/overfit/improves-with-each-addition.js'
import { checkOverfitTrainingSet } from '../checks/overfit/overfit-training-set.js'
import type { CheckResult } from '../checks/result.js'
import { countWeights } from '../training/count-weights.js'
import type { Subject } from '../training/trainable.js'
import { comparisonBudget, needsThorough, onlyHarmFails } from './comparisons.js'
import { doesNotApply, type RecipeCheck, type RecipeContext } from './recipe-context.js'

/** The checks of the overfit stage. */
export function overfitChecks({
  recipe,
  train,
  validation,
  batchSize,
  budget,
}: RecipeContext): RecipeCheck[] {
  const { create, capacities } = recipe
  const missing =
    capacities && validation
      ? needsThorough(budget)
      : { missing: 'the recipe has no capacities, factories of growing size, with validation examples' }
  const data = async () => ({ train: await train(), validation: await validation!(), batchSize })
  return [
    {
      name: 'overfit-training-set',
      stage: 'overfit',
      ...needsThorough(budget),
      run: async (options) =>
        onlyRemediesFail(await checkOverfitTrainingSet(create, await train(), { ...options, batchSize })),
    },
    {
      name: 'earns-its-complexity',
      stage: 'overfit',
      ...missing,
      async run(options) {
        const simpler = await largestBelow(create, capacities!, options.seed)
        if (!simpler)
          return doesNotApply(this.name, this.stage, 'no capacity has fewer weights than create()', options)
        const settings = { ...options, ...comparisonBudget, ...(await data()) }
        return onlyHarmFails(await checkEarnsItsComplexity(create, simpler, settings))
      },
    },
    {
      name: 'improves-with-each-addition',
      stage: 'overfit',
      ...(capacities && capacities.length < 2 ? { missing: 'the recipe has one capacity only' } : missing),
      run: async (options) =>
        onlyHarmFails(
          await checkImprovesWithEachAddition(capacities!, {
            ...options,
            ...comparisonBudget,
            ...(await data()),
          }),
        ),
    },
  ]
}

/** Share of the way from the best constant to the goal that is nearly all of it. */
const nearlyThere = 0.8

/**
 * In a recipe a training set that cannot be learnt by heart is a fault only where it is far from it and some change
 * mends it.
 */
function onlyRemediesFail(result: CheckResult): CheckResult {
  const { progress = 0 } = result.measured
  if (result.status !== 'failed' || (result.causes.length > 0 && progress < nearlyThere)) return result
  return {
    ...result,
    status: 'skipped',
    summary: `Skipped: ${progress < nearlyThere ? 'no change was found that mends it' : 'it is nearly there'}. ${result.summary}`,
    causes: [],
  }
}

/** Of the simpler programs the one with most weights. */
async function largestBelow(
  create: Subject,
  capacities: readonly Subject[],
  seed = 0,
): Promise<Subject | undefined> {
  const size = await countWeights(create, seed)
  let found: { subject: Subject; size: number } | undefined
  for (const subject of capacities) {
    const own = await countWeights(subject, seed)
    if (own < size && own > (found?.size ?? 0)) found = { subject, size: own }
  }
  return found?.subject
}
