import './assertions.js'

export type { BalancedClassesOptions } from '../checks/data/balanced-classes.js'
export type { DisjointOptions } from '../checks/data/disjoint.js'
export type { DuplicatesOptions } from '../checks/data/duplicates.js'
export type { FiniteValuesOptions } from '../checks/data/finite-values.js'
export type { NormalizedOptions } from '../checks/data/normalized.js'
export type { OutliersOptions } from '../checks/data/outliers.js'
export type { CapacityOptions } from '../checks/skeleton/capacity.js'
export type { CausalOptions } from '../checks/skeleton/causal.js'
export type { ExamplesIndependentOptions } from '../checks/skeleton/examples-independent.js'
export type { InitLossOptions } from '../checks/skeleton/init-loss.js'
export type { OverfitBatchOptions } from '../checks/skeleton/overfit-batch.js'
export type { UsesEveryInputOptions } from '../checks/skeleton/uses-every-input.js'
export type { ZeroInputBaselineOptions } from '../checks/skeleton/zero-input-baseline.js'
export {
  toBeDisjointFrom,
  toBeNormalized,
  toHaveBalancedClasses,
  toHaveFiniteValues,
  toHaveNoDuplicates,
  toHaveNoOutliers,
} from './data.js'
export { toBeCausal, toKeepExamplesIndependent, toUseEveryInput } from './dependencies.js'
export {
  toBeatZeroInputBaseline,
  toDecreaseLossWithCapacity,
  toHaveInitLossNear,
  toOverfitBatch,
} from './skeleton.js'
export { toMatchWeightImage, type WeightImageOptions } from './weight-image.js'
