import type { MatcherState } from 'vitest'
import { type CapacityOptions, checkCapacity } from '../checks/skeleton/capacity.js'
import { checkInitLoss, type InitLossOptions } from '../checks/skeleton/init-loss.js'
import type { OverfitBatchOptions } from '../checks/skeleton/overfit-batch.js'
import { checkOverfitBatchWatched } from '../checks/skeleton/overfit-watched.js'
import {
  checkZeroInputBaseline,
  type ZeroInputBaselineOptions,
} from '../checks/skeleton/zero-input-baseline.js'
import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import type { Examples, Subject, Trainable } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'

/** `expect(create).toHaveInitLossNear(Math.log(10), { on: batch })`; without a number the loss is derived. */
export async function toHaveInitLossNear(
  this: MatcherState,
  subject: Subject,
  ...args: [expected: number | undefined, options: InitLossOptions] | [options: InitLossOptions]
): Promise<MatcherOutcome> {
  const [expected, options] = args.length === 1 ? [undefined, args[0]] : args
  if (typeof options !== 'object' || options === null || !('on' in options)) {
    throw new InvalidArgumentError('options', describe(options), '{ on: batch }: the examples to measure on')
  }
  return answerWith(this, 'toHaveInitLossNear', (control) =>
    checkInitLoss(subject, { ...control, ...(expected !== undefined && { expected }), ...options }),
  )
}

/** `expect(create).toOverfitBatch(batch)` */
export async function toOverfitBatch(
  this: MatcherState,
  subject: Subject,
  batch: Examples,
  options?: OverfitBatchOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toOverfitBatch', (control) =>
    checkOverfitBatchWatched(subject, batch, { ...control, ...options }),
  )
}

/** `expect(create).toBeatZeroInputBaseline(train, { validation })` */
export async function toBeatZeroInputBaseline(
  this: MatcherState,
  subject: Subject,
  train: Examples,
  options?: ZeroInputBaselineOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toBeatZeroInputBaseline', (control) =>
    checkZeroInputBaseline(subject, train, { ...control, ...options }),
  )
}

/** `expect(createCnn).toDecreaseLossWithCapacity(train, { capacities: [4, 16, 64] })` */
export async function toDecreaseLossWithCapacity<Capacity>(
  this: MatcherState,
  create: (capacity: Capacity) => Trainable,
  train: Examples,
  options: CapacityOptions<Capacity>,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toDecreaseLossWithCapacity', (control) =>
    checkCapacity(create, train, { ...control, ...options }),
  )
}
