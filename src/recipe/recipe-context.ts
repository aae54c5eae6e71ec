import type { CheckOptions } from '../checks/options.js'
import { defaultSeed } from '../checks/options.js'
import { type CheckResult, type Stage, skippedResult } from '../checks/result.js'
import { InvalidArgumentError } from '../errors.js'
import { sameCacheKey } from '../memo/function-keys.js'
import { assertExamples, countExamples, disposeExamples } from '../training/examples.js'
import { untilStopped } from '../training/patience.js'
import type { TrainingPlan } from '../training/planned-run.js'
import { sampleExamples } from '../training/split.js'
import type { Examples } from '../training/trainable.js'
import type { Budget, Recipe } from './recipe.js'
import { type TrainedPrograms, trainedPrograms } from './trained-program.js'

type Loader = Extract<Recipe['train'], () => unknown>

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
  budget: Budget
  steps: number
  batchSize: number
  train: () => Promise<Examples>
  validation: (() => Promise<Examples>) | undefined
  /** The program after its planned run, or after as many steps of it as the budget allows. */
  trained: TrainedPrograms
  /** Runs `use` on at most `most` training examples drawn under the seed, and frees them. */
  onSample: <Result>(
    most: number,
    options: CheckOptions,
    use: (batch: Examples) => Promise<Result>,
  ) => Promise<Result>
}

export function recipeContext(recipe: Recipe, budget: Budget, steps: number): RecipeContext {
  const validation = recipe.validation && once(() => loadExamples('validation', recipe.validation!))
  const train = once(() => loadExamples('train', recipe.train))
  const guarded = guardRecipe(recipe)
  return {
    recipe: guarded,
    budget,
    trained: trainedPrograms(
      once(async () => planWith(guarded, await train(), await validation?.())),
      Math.min(recipe.steps ?? steps, steps),
    ),
    steps,
    batchSize: recipe.batchSize ?? 32,
    train,
    validation,
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

/** What the recipe plans, but for early stopping: whoever looks on wants all of it. */
function planWith(
  { create, batchSize, shuffle, augment, schedule }: Recipe,
  train: Examples,
  validation: Examples | undefined,
): TrainingPlan {
  assertExamples(train, 'train')
  return {
    create,
    train,
    ...(validation && { validation }),
    ...(batchSize !== undefined && { batchSize }),
    ...(shuffle !== undefined && { shuffle }),
    ...(augment && { augment }),
    ...(schedule && { schedule }),
  }
}

/** The same recipe, its functions guarded: their promises are not waited for endlessly. */
function guardRecipe(recipe: Recipe): Recipe {
  const { create, train, capacities } = recipe
  return {
    ...recipe,
    create: sameCacheKey(create, () => untilStopped('recipe.create', create())),
    ...(typeof train === 'function' && { train: () => loadExamples('train', train) }),
    ...(capacities && {
      capacities: capacities.map((createOne, i) =>
        sameCacheKey(createOne, () => untilStopped(`recipe.capacities[${i}]`, createOne())),
      ),
    }),
  }
}

/** Examples whose tensors fit together; whether their numbers are finite is for a check to tell. */
async function loadExamples(argument: 'train' | 'validation', source: Recipe['train']): Promise<Examples> {
  const examples = typeof source === 'function' ? await callLoader(`recipe.${argument}`, source) : source
  assertExamples(examples, argument, { finite: false })
  return examples
}

async function callLoader(argument: string, load: Loader): Promise<Examples> {
  try {
    return await untilStopped(argument, load())
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error
    throw new Error(`${argument} threw: ${(error as Error | undefined)?.message ?? String(error)}`, {
      cause: error,
    })
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
