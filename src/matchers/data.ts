import type { MatcherState } from 'vitest'
import { type BalancedClassesOptions, checkBalancedClasses } from '../checks/data/balanced-classes.js'
import { type ConsistentLabelsOptions, checkConsistentLabels } from '../checks/data/consistent-labels.js'
import { checkDisjoint, type DisjointOptions } from '../checks/data/disjoint.js'
import { checkNoDuplicates, type DuplicatesOptions } from '../checks/data/duplicates.js'
import { checkFiniteValues, type FiniteValuesOptions } from '../checks/data/finite-values.js'
import { checkLabelMap, type LabelMapOptions } from '../checks/data/label-map.js'
import { checkLabelledAlike, type LabelledAlikeOptions } from '../checks/data/labelled-alike.js'
import { checkNormalized, type NormalizedOptions } from '../checks/data/normalized.js'
import { checkNoOutliers, type OutliersOptions } from '../checks/data/outliers.js'
import { checkSameDistribution, type SameDistributionOptions } from '../checks/data/same-distribution.js'
import { checkShuffled, type ShuffledOptions } from '../checks/data/shuffled.js'
import { checkTargetLeak, type TargetLeakOptions } from '../checks/data/target-leak.js'
import type { Examples } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'

/** `expect(train).toHaveFiniteValues()` */
export async function toHaveFiniteValues(
  this: MatcherState,
  examples: Examples,
  options?: FiniteValuesOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveFiniteValues', (control) =>
    checkFiniteValues(examples, { ...control, ...options }),
  )
}

/** `expect(train).toHaveNoDuplicates()` */
export async function toHaveNoDuplicates(
  this: MatcherState,
  examples: Examples,
  options?: DuplicatesOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveNoDuplicates', (control) =>
    checkNoDuplicates(examples, { ...control, ...options }),
  )
}

/** `expect(train).toBeDisjointFrom(others)` */
export async function toBeDisjointFrom(
  this: MatcherState,
  examples: Examples,
  others: Examples,
  options?: DisjointOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toBeDisjointFrom', (control) =>
    checkDisjoint(examples, others, { ...control, ...options }),
  )
}

/** `expect(train).toHaveBalancedClasses()` */
export async function toHaveBalancedClasses(
  this: MatcherState,
  examples: Examples,
  options?: BalancedClassesOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveBalancedClasses', (control) =>
    checkBalancedClasses(examples, { ...control, ...options }),
  )
}

/** `expect(train).toBeNormalized()` */
export async function toBeNormalized(
  this: MatcherState,
  examples: Examples,
  options?: NormalizedOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toBeNormalized', (control) =>
    checkNormalized(examples, { ...control, ...options }),
  )
}

/** `expect(train).toHaveNoOutliers()` */
export async function toHaveNoOutliers(
  this: MatcherState,
  examples: Examples,
  options?: OutliersOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveNoOutliers', (control) =>
    checkNoOutliers(examples, { ...control, ...options }),
  )
}

/** `expect(train).toHaveConsistentLabels()` */
export async function toHaveConsistentLabels(
  this: MatcherState,
  examples: Examples,
  options?: ConsistentLabelsOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveConsistentLabels', (control) =>
    checkConsistentLabels(examples, { ...control, ...options }),
  )
}

/** `expect(train).toHaveNoTargetLeak()` */
export async function toHaveNoTargetLeak(
  this: MatcherState,
  examples: Examples,
  options?: TargetLeakOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveNoTargetLeak', (control) =>
    checkTargetLeak(examples, { ...control, ...options }),
  )
}

/** `expect(train).toMatchLabelsOf(validation)`: the subject are the training examples, as in `toBeDisjointFrom`. */
export async function toMatchLabelsOf(
  this: MatcherState,
  examples: Examples,
  others: Examples,
  options?: LabelMapOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toMatchLabelsOf', (control) =>
    checkLabelMap(examples, others, { ...control, ...options }),
  )
}

/** `expect(train).toBeLabelledLike(validation)`: the subject are the training examples, as in `toBeDisjointFrom`. */
export async function toBeLabelledLike(
  this: MatcherState,
  examples: Examples,
  others: Examples,
  options?: LabelledAlikeOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toBeLabelledLike', (control) =>
    checkLabelledAlike(examples, others, { ...control, ...options }),
  )
}

/** `expect(train).toBeDistributedLike(validation)`: the subject are the training examples, as in `toBeDisjointFrom`. */
export async function toBeDistributedLike(
  this: MatcherState,
  examples: Examples,
  others: Examples,
  options?: SameDistributionOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toBeDistributedLike', (control) =>
    checkSameDistribution(examples, others, { ...control, ...options }),
  )
}

/** `expect(train).toBeShuffled({ batchSize: 32 })` */
export async function toBeShuffled(
  this: MatcherState,
  examples: Examples,
  options?: ShuffledOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toBeShuffled', (control) => checkShuffled(examples, { ...control, ...options }))
}
