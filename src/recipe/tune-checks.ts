import { checkKeepsLearningRate } from '../checks/regularize/keeps-learning-rate.js'
import type { RecipeCheck, RecipeContext } from './recipe-context.js'

/** The checks of the tune stage. */
export function tuneChecks({ recipe: { schedule, steps } }: RecipeContext): RecipeCheck[] {
  return [
    {
      name: 'keeps-learning-rate',
      stage: 'tune',
      ...(!(schedule && steps !== undefined) && {
        missing: 'the recipe has no schedule: (step) => learning rate, with the steps of the planned run',
      }),
      run: (options) => checkKeepsLearningRate(schedule!, { ...options, steps: steps! }),
    },
  ]
}
