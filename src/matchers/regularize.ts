import type { MatcherState } from 'vitest'
import {
  checkPreservesDistribution,
  type PreservesDistributionOptions,
} from '../checks/regularize/preserves-distribution.js'
import type { Augment } from '../training/augmented.js'
import type { Examples } from '../training/trainable.js'
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
