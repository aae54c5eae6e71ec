import type { MatcherState } from 'vitest'
import {
  checkKeepsLearningRate,
  type KeepsLearningRateOptions,
  type Schedule,
} from '../checks/regularize/keeps-learning-rate.js'
import {
  checkTrainsAsWellAsAdam,
  type TrainsAsWellAsAdamOptions,
} from '../checks/tune/trains-as-well-as-adam.js'
import type { Examples, Subject } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'

/** `expect(schedule).toKeepLearningRate({ steps })`, with `schedule: (step) => rate` */
export async function toKeepLearningRate(
  this: MatcherState,
  schedule: Schedule,
  options: KeepsLearningRateOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toKeepLearningRate', (control) =>
    checkKeepsLearningRate(schedule, { ...control, ...options }),
  )
}

/** `expect(create).toTrainAsWellAsAdam(train)` */
export async function toTrainAsWellAsAdam(
  this: MatcherState,
  subject: Subject,
  train: Examples,
  options?: TrainsAsWellAsAdamOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toTrainAsWellAsAdam', (control) =>
    checkTrainsAsWellAsAdam(subject, train, { ...control, ...options }),
  )
}
