import './assertions.js'

export type { BalancedClassesOptions } from '../checks/data/balanced-classes.js'
export type { ConsistentLabelsOptions } from '../checks/data/consistent-labels.js'
export type { DisjointOptions } from '../checks/data/disjoint.js'
export type { DuplicatesOptions } from '../checks/data/duplicates.js'
export type { FiniteValuesOptions } from '../checks/data/finite-values.js'
export type { LabelMapOptions } from '../checks/data/label-map.js'
export type { LabelledAlikeOptions } from '../checks/data/labelled-alike.js'
export type { NormalizedOptions } from '../checks/data/normalized.js'
export type { OutliersOptions } from '../checks/data/outliers.js'
export type { SameDistributionOptions } from '../checks/data/same-distribution.js'
export type { ShuffledOptions } from '../checks/data/shuffled.js'
export type { TargetLeakOptions } from '../checks/data/target-leak.js'
export type { EarnsItsComplexityOptions } from '../checks/overfit/earns-its-complexity.js'
export type { ImprovesWithEachAdditionOptions } from '../checks/overfit/improves-with-each-addition.js'
export type { OverfitTrainingSetOptions } from '../checks/overfit/overfit-training-set.js'
export type { GeneralizesBetterOptions } from '../checks/regularize/generalizes-better.js'
export type { KeepsLearningRateOptions, Schedule } from '../checks/regularize/keeps-learning-rate.js'
export type { PreservesDistributionOptions } from '../checks/regularize/preserves-distribution.js'
export type { StopsEarlyOptions } from '../checks/regularize/stops-early.js'
export type { BaseRateOptions } from '../checks/skeleton/base-rate.js'
export type { CapacityOptions } from '../checks/skeleton/capacity.js'
export type { CausalOptions } from '../checks/skeleton/causal.js'
export type { EvaluatesConsistentlyOptions } from '../checks/skeleton/evaluates-consistently.js'
export type { ExamplesIndependentOptions } from '../checks/skeleton/examples-independent.js'
export type { HealthyActivationsOptions } from '../checks/skeleton/healthy-activations.js'
export type { HealthyGradientsOptions } from '../checks/skeleton/healthy-gradients.js'
export type { HumanBaselineOptions } from '../checks/skeleton/human-baseline.js'
export type { InitLossOptions } from '../checks/skeleton/init-loss.js'
export type { LoadsDeterministicallyOptions } from '../checks/skeleton/loads-deterministically.js'
export type { MatchesReferenceOptions, TensorFunction } from '../checks/skeleton/matches-reference.js'
export type { NoTensorLeakOptions } from '../checks/skeleton/no-tensor-leak.js'
export type { OverfitBatchOptions } from '../checks/skeleton/overfit-batch.js'
export type { ReproducibleOptions } from '../checks/skeleton/reproducible.js'
export type { UpdatesEveryWeightOptions } from '../checks/skeleton/updates-every-weight.js'
export type { UsesEveryInputOptions } from '../checks/skeleton/uses-every-input.js'
export type { ZeroInputBaselineOptions } from '../checks/skeleton/zero-input-baseline.js'
export type { BeatsItsMembersOptions } from '../checks/squeeze/beats-its-members.js'
export type {
  PredictsWithinOptions,
  SpeedOptions,
  TrainsAtLeastOptions,
} from '../checks/squeeze/fast-enough.js'
export type { ConvergenceSubject, HasConvergedOptions } from '../checks/squeeze/has-converged.js'
export type { FilterSubject, StructuredFiltersOptions } from '../checks/squeeze/structured-filters.js'
export type { TrainsAsWellAsAdamOptions } from '../checks/tune/trains-as-well-as-adam.js'
export { type ActivationImageOptions, toMatchActivationImage } from './activation-image.js'
export { type ConfusionImageOptions, toMatchConfusionImage } from './confusion-image.js'
export {
  toBeDisjointFrom,
  toBeDistributedLike,
  toBeLabelledLike,
  toBeNormalized,
  toBeShuffled,
  toHaveBalancedClasses,
  toHaveConsistentLabels,
  toHaveFiniteValues,
  toHaveNoDuplicates,
  toHaveNoOutliers,
  toHaveNoTargetLeak,
  toMatchLabelsOf,
} from './data.js'
export { type DataImageOptions, toMatchDataImage } from './data-image.js'
export { toBeCausal, toKeepExamplesIndependent, toUseEveryInput } from './dependencies.js'
export {
  toEarnItsComplexityOver,
  toGeneralizeBetterThan,
  toImproveWithEachAddition,
} from './experiments.js'
export { type FigureOptions, type FigureSubject, toMatchFigure } from './figure.js'
export {
  toEvaluateConsistently,
  toHaveHealthyActivations,
  toHaveHealthyGradients,
  toLoadDeterministically,
  toMatchReference,
  toNotLeakTensors,
  toReachHumanBaseline,
  toStartAtBaseRate,
  toTrainReproducibly,
  toUpdateEveryWeight,
} from './health.js'
export { type InputImageOptions, toMatchInputImage } from './input-image.js'
export { toOverfitTrainingSet } from './overfit.js'
export { type PredictionImageOptions, toMatchPredictionImage } from './prediction-image.js'
export { toPreserveDistribution, toStopEarly } from './regularize.js'
export {
  toBeatZeroInputBaseline,
  toDecreaseLossWithCapacity,
  toHaveInitLossNear,
  toOverfitBatch,
} from './skeleton.js'
export { type MatchSpeedOptions, toMatchSpeed, toPredictWithin, toTrainAtLeast } from './speed.js'
export { toBeatItsMembers, toHaveConverged, toHaveStructuredFilters } from './squeeze.js'
export { toKeepLearningRate, toTrainAsWellAsAdam } from './tune.js'
export { toMatchWeightImage, type WeightImageOptions } from './weight-image.js'
