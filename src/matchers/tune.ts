import type { MatcherState } from 'vitest'
import {
  checkKeepsLearningRate,
  type KeepsLearningRateOptions,
  type Schedule,
} from '../checks/regularize/keeps-learning-rate.js'
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
