import type { MatcherState } from 'vitest'
import { type BeatsItsMembersOptions, checkBeatsItsMembers } from '../checks/squeeze/beats-its-members.js'
import {
  type ConvergenceSubject,
  checkHasConverged,
  type HasConvergedOptions,
} from '../checks/squeeze/has-converged.js'
import {
  checkStructuredFilters,
  type FilterSubject,
  type StructuredFiltersOptions,
} from '../checks/squeeze/structured-filters.js'
import type { Examples, Subject } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'

/** `expect(model).toHaveStructuredFilters()`, or `expect(create).toHaveStructuredFilters({ train })` */
export async function toHaveStructuredFilters(
  this: MatcherState,
  subject: FilterSubject,
  options?: StructuredFiltersOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveStructuredFilters', (control) =>
    checkStructuredFilters(subject, { ...control, ...options }),
  )
}

/** `expect(run).toHaveConverged()`, or `expect(create).toHaveConverged({ train, steps })` */
export async function toHaveConverged(
  this: MatcherState,
  subject: ConvergenceSubject,
  options?: HasConvergedOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveConverged', (control) =>
    checkHasConverged(subject, { ...control, ...options }),
  )
}

/** `expect([first, second, third]).toBeatItsMembers(validation)`: trained models that predict the same */
export async function toBeatItsMembers(
  this: MatcherState,
  members: readonly Subject[],
  examples: Examples,
  options?: BeatsItsMembersOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toBeatItsMembers', (control) =>
    checkBeatsItsMembers(members, examples, { ...control, ...options }),
  )
}
