import { areRowsOf } from './class-weights.js'
import { countExamples, disposeExamples, gatherExamples, sliceExamples } from './examples.js'
import { mixSeed, permutation } from './seed.js'
import type { Examples } from './trainable.js'

/** Batches of a data set, epoch after epoch. One batch lives at a time: the next call frees the last one. */
export interface Batches {
  next(): Examples
  dispose(): void
}

/** Shuffled batches of `batchSize`, in an order that depends on `seed` alone; a last, smaller batch is dropped. */
export function minibatches(
  examples: Examples,
  options: { batchSize: number; seed: number; shuffle?: boolean },
): Batches {
  const { seed, shuffle = true } = options
  const count = countExamples(examples)
  const batchSize = Math.min(options.batchSize, count)
  const perEpoch = Math.floor(count / batchSize)
  let order: Int32Array | undefined
  let index = 0
  let current: Examples | undefined
  const free = () => {
    if (current) disposeExamples(current)
    current = undefined
  }
  return {
    next() {
      free()
      const position = index % perEpoch
      if (shuffle && position === 0)
        order = permutation(count, mixSeed(seed, 'epoch', Math.floor(index / perEpoch)))
      index++
      const start = position * batchSize
      current = order
        ? gatherExamples(examples, order.slice(start, start + batchSize))
        : sliceExamples(examples, start, batchSize)
      areRowsOf(current, examples)
      return current
    },
    dispose: free,
  }
}

/** The same batch at every step; it stays the caller's. */
export function sameBatch(batch: Examples): Batches {
  return { next: () => batch, dispose: () => {} }
}
