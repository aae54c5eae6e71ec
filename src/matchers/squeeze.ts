import type { MatcherState } from 'vitest'
import {
  checkStructuredFilters,
  type FilterSubject,
  type StructuredFiltersOptions,
} from '../checks/squeeze/structured-filters.js'
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
