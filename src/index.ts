import './matchers/assertions.js'

export { describe, expect } from 'vitest'
export type {
  Cause,
  CauseName,
  CheckResult,
} from './checks/index.js'
export type { AblationOptions, AblationReport, ArmReport } from './experiments/run-ablation.js'
export { test, test as it } from './fixtures/test.js'
export type { TrainedRun, TrainOptions } from './fixtures/train.js'
export type * from './matchers/index.js'
export { type CacheKey, withCacheKey } from './memo/cache-key.js'
export { ablation, type DescribeAblationOptions } from './recipe/describe-ablation.js'
export { describeRecipe } from './recipe/describe-recipe.js'
export type { Recipe, RecipeReport, RunRecipeOptions } from './recipe/recipe.js'
export {
  type RandomSearchOptions,
  randomSearch,
  type SearchResult,
  type SearchTrial,
} from './search/random-search.js'
export { choice, logUniform, type Space, uniform, type ValuesOf, wholeNumber } from './search/space.js'
export type { Run } from './training/run.js'
export type { Examples, Subject, TensorGroup, Trainable } from './training/trainable.js'
export { type Variation, variations } from './variations/index.js'
