import type { MatcherState } from 'vitest'
import {
  checkOverfitTrainingSet,
  type OverfitTrainingSetOptions,
} from '../checks/overfit/overfit-training-set.js'
import type { Examples, Subject } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'

/** `expect(create).toOverfitTrainingSet(train)` */
export async function toOverfitTrainingSet(
  this: MatcherState,
  subject: Subject,
  train: Examples,
  options?: OverfitTrainingSetOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toOverfitTrainingSet', (control) =>
    checkOverfitTrainingSet(subject, train, { ...control, ...options }),
  )
}
