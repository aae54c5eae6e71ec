import type { MeasuredPlan } from '../../experiments/compare-plans.js'
import { planOf } from '../../experiments/recipe-plan.js'
import type { Recipe } from '../../recipe/recipe.js'
import { assertExamples } from '../../training/examples.js'
import type { Examples, Subject } from '../../training/trainable.js'

export const isRecipe = (given: Recipe | Subject): given is Recipe =>
  typeof given === 'object' && given !== null && typeof (given as Recipe).create === 'function'

/** What to train and to measure on: a recipe brings its own; of a program alone the options say it. */
export async function planFor(
  given: Recipe | Subject,
  argument: string,
  { train, validation, batchSize }: { train?: Examples; validation?: Examples; batchSize?: number },
): Promise<MeasuredPlan> {
  const shared = batchSize !== undefined && { batchSize }
  if (isRecipe(given)) {
    return planOf(
      {
        ...(train && { train }),
        ...(validation && { validation }),
        ...shared,
        ...given,
      },
      argument,
    )
  }
  assertExamples(train!, 'options.train')
  assertExamples(validation!, 'options.validation')
  return { create: given, train: train!, validation: validation!, ...shared }
}
