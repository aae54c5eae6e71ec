import type { MatcherState } from 'vitest'
import {
  checkPreservesDistribution,
  type PreservesDistributionOptions,
} from '../checks/regularize/preserves-distribution.js'
import { checkStopsEarly, type StopsEarlyOptions } from '../checks/regularize/stops-early.js'
import type { Recipe } from '../recipe/recipe.js'
import type { Augment } from '../training/augmented.js'
import type { Examples, Subject } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'

/** `expect(augment).toPreserveDistribution(examples)`, with `augment: (batch) => batch` */
export async function toPreserveDistribution(
  this: MatcherState,
  augment: Augment,
  examples: Examples,
  options?: PreservesDistributionOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toPreserveDistribution', (control) =>
    checkPreservesDistribution(augment, examples, { ...control, ...options }),
  )
}

/** `expect(create).toStopEarly({ train, validation, patience: 5 })`, or `expect(recipe).toStopEarly()` */
export async function toStopEarly(
  this: MatcherState,
  subject: Recipe | Subject,
  options?: StopsEarlyOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toStopEarly', (control) => checkStopsEarly(subject, { ...control, ...options }))
}
