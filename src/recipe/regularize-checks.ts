import { checkPreservesDistribution } from '../checks/regularize/preserves-distribution.js'
import type { RecipeCheck, RecipeContext } from './recipe-context.js'

/** The checks of the regularize stage. */
export function regularizeChecks({ recipe: { augment }, train, batchSize }: RecipeContext): RecipeCheck[] {
  return [
    {
      name: 'preserves-distribution',
      stage: 'regularize',
      ...(!augment && { missing: 'the recipe has no augment: (batch) => batch' }),
      // A planned run frees what augment leaves behind.
      run: async (options) =>
        checkPreservesDistribution(augment!, await train(), { ...options, batchSize, tidied: true }),
    },
  ]
}
