import { assertCount } from './assert-amount.js'
import type { Variation } from './variation.js'

/** Batches of `size` examples. The learning rate stays as it is. */
export function withBatchSize(size: number): Variation {
  assertCount('withBatchSize', size)
  return (recipe) => ({ ...recipe, batchSize: size })
}
