import { checkKeepsLearningRate } from '../checks/regularize/keeps-learning-rate.js'
import { checkTrainsAsWellAsAdam } from '../checks/tune/trains-as-well-as-adam.js'
import { comparisonBudget, needsThorough } from './comparisons.js'
import type { RecipeCheck, RecipeContext } from './recipe-context.js'

/** In a whole recipe only an optimizer counts that is far behind: slow ones catch up in a longer run. */
const tolerated = 0.3

/** The checks of the tune stage. */
export function tuneChecks({ recipe, train, batchSize, budget }: RecipeContext): RecipeCheck[] {
  const { create, schedule, steps } = recipe
  return [
    {
      name: 'keeps-learning-rate',
      stage: 'tune',
      ...(!(schedule && steps !== undefined) && {
        missing: 'the recipe has no schedule: (step) => learning rate, with the steps of the planned run',
      }),
      run: (options) => checkKeepsLearningRate(schedule!, { ...options, steps: steps! }),
    },
    {
      name: 'trains-as-well-as-adam',
      stage: 'tune',
      ...needsThorough(budget),
      run: async (options) =>
        checkTrainsAsWellAsAdam(create, await train(), {
          ...options,
          batchSize,
          margin: tolerated,
          steps: Math.min(steps ?? comparisonBudget.steps, comparisonBudget.steps),
          ...(schedule && { schedule }),
        }),
    },
  ]
}
