import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { assertExamples, describe } from '../training/examples.js'
import { mixSeed, withSeed } from '../training/seed.js'
import type { Examples } from '../training/trainable.js'
import { appendExamples } from './append-examples.js'
import type { Variation } from './variation.js'
import { tensorsIn, varyExamples } from './vary-examples.js'

const makeSeed = 42

/**
 * Appends made-up examples to the training examples: given, or made from these. What is made is the same at every
 * call, since it is made under one seed; the tensors the function returns are freed.
 */
export function withSyntheticData(
  data: Examples | ((train: Examples) => Examples | Promise<Examples>),
): Variation {
  if (typeof data !== 'function') {
    if (typeof data !== 'object') {
      throw new InvalidArgumentError(
        'withSyntheticData',
        describe(data),
        '{ xs, ys }, or a function that makes them',
      )
    }
    assertExamples(data, 'withSyntheticData', { finite: false })
  }
  return (recipe) => ({
    ...recipe,
    train: varyExamples(recipe.train, async (train) => {
      if (typeof data !== 'function') return appendExamples('withSyntheticData', train, data)
      const made = await withSeed(mixSeed(makeSeed, 'synthetic'), () => data(train))
      assertExamples(made, 'what the function of withSyntheticData returned', { finite: false })
      try {
        return appendExamples('withSyntheticData', train, made)
      } finally {
        const given = new Set(tensorsIn(train))
        tf.dispose(tensorsIn(made).filter((tensor) => !given.has(tensor)))
      }
    }),
  })
}
