import { type CheckOptions, defaultSeed } from '../checks/options.js'
import type { CheckResult, Stage } from '../checks/result.js'
import { checkCapacity } from '../checks/skeleton/capacity.js'
import { checkInitLoss } from '../checks/skeleton/init-loss.js'
import { checkOverfitBatch } from '../checks/skeleton/overfit-batch.js'
import { checkZeroInputBaseline } from '../checks/skeleton/zero-input-baseline.js'
import { InvalidArgumentError } from '../errors.js'
import { assertExamples, countExamples, describe, disposeExamples } from '../training/examples.js'
import { sampleExamples } from '../training/split.js'
import type { Examples } from '../training/trainable.js'
import type { Budget, Recipe, RunRecipeOptions } from './recipe.js'

/** A check of the recipe, ready to run. */
export interface RecipeCheck {
  name: string
  stage: Stage
  /** Why it does not apply; it is then reported as skipped. */
  missing?: string
  run: (options: CheckOptions) => Promise<CheckResult>
}

const batchExamples = 64
const initExamples = 512
const steps: Record<Budget, number> = { quick: 300, standard: 1000, thorough: 3000 }

/** All checks in the recipe's order, those left out by `only` and `skip` excepted. Data is loaded when first used. */
export function checksOf(recipe: Recipe, options: RunRecipeOptions = {}): RecipeCheck[] {
  assertRecipe(recipe)
  const { budget = 'standard', only, skip = [] } = options
  const load = (source: Recipe['train']) =>
    once(async () => (typeof source === 'function' ? source() : source))
  const train = load(recipe.train)
  const validation = recipe.validation && load(recipe.validation)
  const on = async <Result>(most: number, seed: number, use: (batch: Examples) => Promise<Result>) => {
    const examples = await train()
    assertExamples(examples, 'train')
    const batch = sampleExamples(examples, Math.min(most, countExamples(examples)), seed)
    try {
      return await use(batch)
    } finally {
      disposeExamples(batch)
    }
  }
  const batchSize = recipe.batchSize ?? 32
  const all: RecipeCheck[] = [
    {
      name: 'init-loss-near',
      stage: 'skeleton',
      run: (control) =>
        on(initExamples, seedOf(control), (batch) => checkInitLoss(recipe.create, { ...control, on: batch })),
    },
    {
      name: 'zero-input-baseline',
      stage: 'skeleton',
      run: async (control) =>
        checkZeroInputBaseline(recipe.create, await train(), {
          ...control,
          steps: steps[budget],
          batchSize,
          ...(validation && { validation: await validation() }),
        }),
    },
    {
      name: 'overfit-batch',
      stage: 'skeleton',
      run: (control) =>
        on(batchExamples, seedOf(control), (batch) =>
          checkOverfitBatch(recipe.create, batch, { ...control, steps: steps[budget] }),
        ),
    },
    {
      name: 'decrease-loss-with-capacity',
      stage: 'skeleton',
      ...(!recipe.capacities && {
        missing: 'the recipe has no capacities: factories of growing size, smallest first',
      }),
      run: async (control) =>
        checkCapacity((index: number) => recipe.capacities![index]!(), await train(), {
          ...control,
          capacities: recipe.capacities!.map((_, index) => index),
          nameOf: (_, parameters) => `${parameters} weights`,
          steps: steps[budget] / 5,
          batchSize,
        }),
    },
  ]
  assertNames([...(only ?? []), ...skip], all)
  return all.filter(({ name }) => (!only || only.includes(name)) && !skip.includes(name))
}

const seedOf = ({ seed = defaultSeed }: CheckOptions) => seed

function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loaded: Promise<Value> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}

function assertRecipe(recipe: Recipe): void {
  if (typeof recipe?.create !== 'function') {
    throw new InvalidArgumentError(
      'recipe.create',
      describe(recipe?.create),
      'a function that returns a fresh, compiled model',
    )
  }
  if (recipe.train === undefined || recipe.train === null) {
    throw new InvalidArgumentError(
      'recipe.train',
      describe(recipe.train),
      '{ xs, ys }, or a function that loads them',
    )
  }
}

function assertNames(names: readonly string[], checks: readonly RecipeCheck[]): void {
  const known = checks.map(({ name }) => name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new InvalidArgumentError(
    'options.only / options.skip',
    describe(unknown),
    `names of checks: ${known.join(', ')}`,
  )
}
