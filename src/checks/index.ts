export { InvalidArgumentError } from '../errors.js'
export { ablationTable } from '../experiments/ablation-table.js'
export type { Hypothesis } from '../experiments/hypothesis.js'
export {
  type AblationOptions,
  type AblationReport,
  type ArmReport,
  type Arms,
  runAblation,
} from '../experiments/run-ablation.js'
export type { Recipe, RecipeReport, RunRecipeOptions } from '../recipe/recipe.js'
export { runRecipe } from '../recipe/run-recipe.js'
export {
  type RandomSearchOptions,
  randomSearch,
  type SearchResult,
  type SearchTrial,
} from '../search/random-search.js'
export { choice, logUniform, type Space, uniform, type ValuesOf, wholeNumber } from '../search/space.js'
export type { Examples, Subject, TensorGroup, Trainable } from '../training/trainable.js'
export { type Variation, variations } from '../variations/index.js'
export { type BalancedClassesOptions, checkBalancedClasses } from './data/balanced-classes.js'
export { type ConsistentLabelsOptions, checkConsistentLabels } from './data/consistent-labels.js'
export { checkDisjoint, type DisjointOptions } from './data/disjoint.js'
export { checkNoDuplicates, type DuplicatesOptions } from './data/duplicates.js'
export { checkFiniteValues, type FiniteValuesOptions } from './data/finite-values.js'
export { checkLabelMap, type LabelMapOptions } from './data/label-map.js'
export { checkLabelledAlike, type LabelledAlikeOptions } from './data/labelled-alike.js'
export { checkNormalized, type NormalizedOptions } from './data/normalized.js'
export { checkNoOutliers, type OutliersOptions } from './data/outliers.js'
export { checkSameDistribution, type SameDistributionOptions } from './data/same-distribution.js'
export { checkShuffled, type ShuffledOptions } from './data/shuffled.js'
export { checkTargetLeak, type TargetLeakOptions } from './data/target-leak.js'
export type { CheckOptions } from './options.js'
export {
  checkEarnsItsComplexity,
  type EarnsItsComplexityOptions,
} from './overfit/earns-its-complexity.js'
export {
  checkImprovesWithEachAddition,
  type ImprovesWithEachAdditionOptions,
} from './overfit/improves-with-each-addition.js'
export { checkOverfitTrainingSet, type OverfitTrainingSetOptions } from './overfit/overfit-training-set.js'
export { checkGeneralizesBetter, type GeneralizesBetterOptions } from './regularize/generalizes-better.js'
export {
  checkKeepsLearningRate,
  type KeepsLearningRateOptions,
  type Schedule,
} from './regularize/keeps-learning-rate.js'
export {
  checkPreservesDistribution,
  type PreservesDistributionOptions,
} from './regularize/preserves-distribution.js'
export { checkStopsEarly, type StopsEarlyOptions } from './regularize/stops-early.js'
export type { Cause, CauseName, CheckResult, Stage } from './result.js'
export { type BaseRateOptions, checkBaseRate } from './skeleton/base-rate.js'
export { type CapacityOptions, checkCapacity } from './skeleton/capacity.js'
export { type CausalOptions, checkCausal } from './skeleton/causal.js'
export {
  checkEvaluatesConsistently,
  type EvaluatesConsistentlyOptions,
} from './skeleton/evaluates-consistently.js'
export { checkExamplesIndependent, type ExamplesIndependentOptions } from './skeleton/examples-independent.js'
export { checkHealthyActivations, type HealthyActivationsOptions } from './skeleton/healthy-activations.js'
export { checkHealthyGradients, type HealthyGradientsOptions } from './skeleton/healthy-gradients.js'
export { checkHumanBaseline, type HumanBaselineOptions } from './skeleton/human-baseline.js'
export { checkInitLoss, type InitLossOptions } from './skeleton/init-loss.js'
export {
  checkLoadsDeterministically,
  type LoadsDeterministicallyOptions,
} from './skeleton/loads-deterministically.js'
export {
  checkMatchesReference,
  type MatchesReferenceOptions,
  type TensorFunction,
} from './skeleton/matches-reference.js'
export { checkNoTensorLeak, type NoTensorLeakOptions } from './skeleton/no-tensor-leak.js'
export { checkOverfitBatch, type OverfitBatchOptions } from './skeleton/overfit-batch.js'
export { checkReproducible, type ReproducibleOptions } from './skeleton/reproducible.js'
export { checkUpdatesEveryWeight, type UpdatesEveryWeightOptions } from './skeleton/updates-every-weight.js'
export { checkUsesEveryInput, type UsesEveryInputOptions } from './skeleton/uses-every-input.js'
export { checkZeroInputBaseline, type ZeroInputBaselineOptions } from './skeleton/zero-input-baseline.js'
export { type BeatsItsMembersOptions, checkBeatsItsMembers } from './squeeze/beats-its-members.js'
export {
  checkPredictsWithin,
  checkTrainsAtLeast,
  type PredictsWithinOptions,
  type SpeedOptions,
  type TrainsAtLeastOptions,
} from './squeeze/fast-enough.js'
export {
  type ConvergenceSubject,
  checkHasConverged,
  type HasConvergedOptions,
} from './squeeze/has-converged.js'
export {
  checkStructuredFilters,
  type FilterSubject,
  type StructuredFiltersOptions,
} from './squeeze/structured-filters.js'
export { checkTrainsAsWellAsAdam, type TrainsAsWellAsAdamOptions } from './tune/trains-as-well-as-adam.js'
