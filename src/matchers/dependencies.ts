import type { MatcherState } from 'vitest'
import { type CausalOptions, checkCausal } from '../checks/skeleton/causal.js'
import {
  checkExamplesIndependent,
  type ExamplesIndependentOptions,
} from '../checks/skeleton/examples-independent.js'
import { checkUsesEveryInput, type UsesEveryInputOptions } from '../checks/skeleton/uses-every-input.js'
import type { Examples, Subject } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'

/** `expect(create).toKeepExamplesIndependent(batch)` */
export async function toKeepExamplesIndependent(
  this: MatcherState,
  subject: Subject,
  batch: Examples,
  options?: ExamplesIndependentOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toKeepExamplesIndependent', (control) =>
    checkExamplesIndependent(subject, batch, { ...control, ...options }),
  )
}

/** `expect(create).toBeCausal(batch, { axis: 1 })` */
export async function toBeCausal(
  this: MatcherState,
  subject: Subject,
  batch: Examples,
  options?: CausalOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toBeCausal', (control) => checkCausal(subject, batch, { ...control, ...options }))
}

/** `expect(create).toUseEveryInput(batch)` */
export async function toUseEveryInput(
  this: MatcherState,
  subject: Subject,
  batch: Examples,
  options?: UsesEveryInputOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toUseEveryInput', (control) =>
    checkUsesEveryInput(subject, batch, { ...control, ...options }),
  )
}
