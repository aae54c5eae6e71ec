import { InvalidArgumentError } from '../errors.js'
import type { Recipe } from '../recipe/recipe.js'
import { describe } from '../training/examples.js'
import type { Variation } from './variation.js'

/** Changes every batch as it is drawn, in training only; replaces an augmentation the recipe has. */
export function withAugmentation(augment: NonNullable<Recipe['augment']>): Variation {
  if (typeof augment !== 'function') {
    throw new InvalidArgumentError('withAugmentation', describe(augment), 'a function (batch) => batch')
  }
  return (recipe) => ({ ...recipe, augment })
}
