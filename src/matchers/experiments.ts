import type { MatcherState } from 'vitest'
import {
  checkEarnsItsComplexity,
  type EarnsItsComplexityOptions,
} from '../checks/overfit/earns-its-complexity.js'
import {
  checkImprovesWithEachAddition,
  type ImprovesWithEachAdditionOptions,
} from '../checks/overfit/improves-with-each-addition.js'
import {
  checkGeneralizesBetter,
  type GeneralizesBetterOptions,
} from '../checks/regularize/generalizes-better.js'
import type { Recipe } from '../recipe/recipe.js'
import type { Subject } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'

/** `expect(createCnn).toEarnItsComplexityOver(createPerceptron, { train, validation })` */
export async function toEarnItsComplexityOver(
  this: MatcherState,
  subject: Subject,
  simpler: Subject,
  options: EarnsItsComplexityOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toEarnItsComplexityOver', (control) =>
    checkEarnsItsComplexity(subject, simpler, { ...control, ...options }),
  )
}

/** `expect([linear, oneHidden, twoHidden]).toImproveWithEachAddition({ train, validation })` */
export async function toImproveWithEachAddition(
  this: MatcherState,
  subjects: readonly Subject[],
  options: ImprovesWithEachAdditionOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toImproveWithEachAddition', (control) =>
    checkImprovesWithEachAddition(subjects, { ...control, ...options }),
  )
}

/** `expect(variations.withDropout(0.3)(base)).toGeneralizeBetterThan(base)` */
export async function toGeneralizeBetterThan(
  this: MatcherState,
  subject: Recipe | Subject,
  baseline: Recipe | Subject,
  options?: GeneralizesBetterOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toGeneralizeBetterThan', (control) =>
    checkGeneralizesBetter(subject, baseline, { ...control, ...options }),
  )
}
