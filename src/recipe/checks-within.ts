import { dataChecks } from './data-checks.js'
import { overfitChecks } from './overfit-checks.js'
import type { RecipeCheck, RecipeContext } from './recipe-context.js'
import { regularizeChecks } from './regularize-checks.js'
import { skeletonChecks } from './skeleton-checks.js'
import { squeezeChecks } from './squeeze-checks.js'
import { tuneChecks } from './tune-checks.js'

/** All checks of a recipe in its order, each under one seed. */
export const checksWithin = (context: RecipeContext): RecipeCheck[] => [
  ...dataChecks(context),
  ...skeletonChecks(context),
  ...overfitChecks(context),
  ...regularizeChecks(context),
  ...tuneChecks(context),
  ...squeezeChecks(context),
]
