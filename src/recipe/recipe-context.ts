import type { CheckOptions } from '../checks/options.js'
import { defaultSeed } from '../checks/options.js'
import { type CheckResult, type Stage, skippedResult } from '../checks/result.js'
import { InvalidArgumentError } from '../errors.js'
import { assertExamples, countExamples, disposeExamples } from '../training/examples.js'
import { untilStopped } from '../training/patience.js'
import { sampleExamples } from '../training/split.js'
import type { Examples } from '../training/trainable.js'
import type { Recipe } from './recipe.js'

/** A check of the recipe, ready to run. */
export interface RecipeCheck {
  name: string
  stage: Stage
  /** Why it does not apply; it is then reported as skipped. */
  missing?: string
  run: (options: CheckOptions) => Promise<CheckResult>
}

/** A recipe with its data behind one door: loaded once, when first asked for. */
export interface RecipeContext {
  recipe: Recipe
  steps: number
  batchSize: number
  train: () => Promise<Examples>
  validation: (() => Promise<Examples>) | undefined
  /** Runs `use` on at most `most` training examples drawn under the seed, and frees them. */
  onSample: <Result>(
    most: number,
    options: CheckOptions,
    use: (batch: Examples) => Promise<Result>,
  ) => Promise<Result>
}

export function recipeContext(recipe: Recipe, steps: number): RecipeContext {
  const guarded = guardRecipe(recipe)
  const load = (source: Recipe['train'], argument: string) =>
    once(async () => {
      const examples = typeof source === 'function' ? await source() : source
      assertExamples(examples, argument, { finite: false })
      return examples
    })
  const train = load(guarded.train, 'train')
  return {
    recipe: guarded,
    steps,
    batchSize: recipe.batchSize ?? 32,
    train,
    validation: guarded.validation && load(guarded.validation, 'validation'),
    async onSample(most, { seed = defaultSeed }, use) {
      const examples = await train()
      assertExamples(examples, 'train')
      const batch = sampleExamples(examples, Math.min(most, countExamples(examples)), seed)
      try {
        return await use(batch)
      } finally {
        disposeExamples(batch)
      }
    },
  }
}

/** The same recipe: what its loaders throw says where from, and promises are not waited for endlessly. */
function guardRecipe(recipe: Recipe): Recipe {
  const { create, train, validation, capacities } = recipe
  return {
    ...recipe,
    create: () => untilStopped('recipe.create', create()),
    train: guardLoader('recipe.train', train),
    ...(validation && { validation: guardLoader('recipe.validation', validation) }),
    ...(capacities && {
      capacities: capacities.map(
        (createOne, i) => () => untilStopped(`recipe.capacities[${i}]`, createOne()),
      ),
    }),
  }
}

function guardLoader(argument: string, source: Recipe['train']): Recipe['train'] {
  if (typeof source !== 'function') return source
  return async () => {
    try {
      return await untilStopped(argument, source())
    } catch (error) {
      if (error instanceof InvalidArgumentError) throw error
      throw new Error(`${argument} threw: ${(error as Error | undefined)?.message ?? String(error)}`, {
        cause: error,
      })
    }
  }
}

/** The result of a recipe check that finds out only when it runs that it does not apply. */
export function doesNotApply(name: string, stage: Stage, reason: string, options: CheckOptions): CheckResult {
  return skippedResult({ check: name, stage, reason, seed: options.seed ?? defaultSeed })
}

function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loaded: Promise<Value> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}
