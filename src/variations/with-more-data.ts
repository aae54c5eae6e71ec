import { InvalidArgumentError } from '../errors.js'
import { assertExamples, countExamples, describe, gatherExamples } from '../training/examples.js'
import { mixSeed, permutation } from '../training/seed.js'
import type { Examples } from '../training/trainable.js'
import { appendExamples } from './append-examples.js'
import { assertAmount, assertCount } from './assert-amount.js'
import type { Variation } from './variation.js'
import { borrowing, type Source, varyExamples } from './vary-examples.js'

/** Of the training examples: a share above 0 and at most 1, or how many. */
export type Amount = { share: number } | { examples: number }

/**
 * More training examples: those given are appended. Or fewer, to see what a share of the data gives: drawn at random,
 * always the same ones, kept in their order, and every smaller amount is part of every larger one.
 */
export function withMoreData(data: Source | Amount): Variation {
  const change = isAmount(data) ? subsample(data) : extend(data)
  return (recipe) => ({ ...recipe, train: varyExamples(recipe.train, change) })
}

function isAmount(data: Source | Amount): data is Amount {
  return (
    typeof data === 'object' &&
    data !== null &&
    ('share' in data || typeof (data as { examples?: unknown }).examples === 'number')
  )
}

function extend(source: Source): (examples: Examples) => Promise<Examples> {
  if (typeof source !== 'function') assertExamples(source, 'withMoreData', { finite: false })
  const borrow = borrowing(source)
  return (examples) => borrow((more) => appendExamples('withMoreData', examples, more))
}

const drawSeed = 42

function subsample(amount: Amount): (examples: Examples) => Examples {
  if ('share' in amount) {
    assertAmount(
      'withMoreData: share',
      amount.share,
      'a share of the training examples: above 0, at most 1',
      (share) => share > 0 && share <= 1,
    )
  } else assertCount('withMoreData: examples', amount.examples)
  return (examples) => {
    const count = countExamples(examples)
    const kept = 'share' in amount ? Math.max(1, Math.round(amount.share * count)) : amount.examples
    if (kept > count) {
      throw new InvalidArgumentError(
        'withMoreData: examples',
        describe(kept),
        `at most the ${count} there are`,
      )
    }
    return gatherExamples(examples, permutation(count, mixSeed(drawSeed, 'amount')).slice(0, kept).sort())
  }
}
