import type { MatcherState } from 'vitest'
import { checkFiniteValues, type FiniteValuesOptions } from '../checks/data/finite-values.js'
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
