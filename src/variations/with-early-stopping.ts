import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import { assertCount } from './assert-amount.js'
import type { Variation } from './variation.js'

/** Stops when the validation loss has not fallen for `patience` looks, one every `every` (50) steps; keeps the best weights. */
export function withEarlyStopping(options: { patience: number; every?: number }): Variation {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError('withEarlyStopping', describe(options), '{ patience, every? }')
  }
  const { patience, every } = options
  assertCount('withEarlyStopping: patience', patience)
  if (every !== undefined) assertCount('withEarlyStopping: every', every)
  return (recipe) => {
    if (!recipe.validation) {
      throw new InvalidArgumentError(
        'withEarlyStopping',
        'a recipe without validation examples',
        'validation: { xs, ys }, which early stopping looks at',
      )
    }
    return { ...recipe, earlyStopping: { patience, ...(every !== undefined && { every }) } }
  }
}
