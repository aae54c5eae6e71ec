import { InvalidArgumentError } from '../errors.js'
import type { Recipe } from '../recipe/recipe.js'
import { assertExamples, describe } from '../training/examples.js'
import type { TrainingPlan } from '../training/planned-run.js'
import type { Examples } from '../training/trainable.js'

/** A recipe with its data loaded: what one arm of an experiment trains and is measured on. */
export interface ArmPlan extends TrainingPlan {
  create: Recipe['create']
  validation: Examples
}

type Source = Recipe['train']

/** Data by the function that loads them: arms that share a loader share its examples. */
const loaded = new WeakMap<Extract<Source, () => unknown>, Promise<Examples>>()

/** Loads what a recipe is made of. Throws `InvalidArgumentError` where `argument` is no recipe or lacks validation examples. */
export async function planOf(recipe: Recipe, argument: string): Promise<ArmPlan> {
  if (typeof recipe?.create !== 'function') {
    throw new InvalidArgumentError(argument, describe(recipe), 'a recipe: { create, train, validation }')
  }
  if (recipe.validation === undefined) {
    throw new InvalidArgumentError(
      `${argument}.validation`,
      'undefined',
      'examples not trained on: programs are compared on them',
    )
  }
  const { create, batchSize, shuffle, augment, schedule, earlyStopping } = recipe
  const train = await load(recipe.train, `${argument}.train`)
  const validation = await load(recipe.validation, `${argument}.validation`)
  return {
    create,
    train,
    validation,
    ...(batchSize !== undefined && { batchSize }),
    ...(shuffle !== undefined && { shuffle }),
    ...(augment && { augment }),
    ...(schedule && { schedule }),
    ...(earlyStopping && { earlyStopping }),
  }
}

async function load(source: Source, argument: string): Promise<Examples> {
  if (typeof source !== 'function') {
    assertExamples(source, argument)
    return source
  }
  const known = loaded.get(source)
  if (known) return known
  const loading = Promise.resolve(source()).then((examples) => {
    assertExamples(examples, argument)
    return examples
  })
  loaded.set(source, loading)
  loading.catch(() => loaded.delete(source))
  return loading
}
