import { defaultSeed } from '../checks/options.js'
import { checkBaseRate } from '../checks/skeleton/base-rate.js'
import { checkFactories } from '../checks/skeleton/capacity.js'
import { checkCausal } from '../checks/skeleton/causal.js'
import { checkEvaluatesConsistently } from '../checks/skeleton/evaluates-consistently.js'
import { checkExamplesIndependent } from '../checks/skeleton/examples-independent.js'
import { judgeHumanBaseline } from '../checks/skeleton/human-baseline.js'
import { checkInitLoss } from '../checks/skeleton/init-loss.js'
import { checkLoadsDeterministically } from '../checks/skeleton/loads-deterministically.js'
import { checkOverfitBatch } from '../checks/skeleton/overfit-batch.js'
import { checkReproducible } from '../checks/skeleton/reproducible.js'
import { checkUsesEveryInput } from '../checks/skeleton/uses-every-input.js'
import { checkZeroInputBaseline } from '../checks/skeleton/zero-input-baseline.js'
import type { Diagnoses } from '../diagnosis/overfit-evidence.js'
import { disposeExamples } from '../training/examples.js'
import { overfittableBatch } from '../training/overfittable.js'
import { firstStepsOf } from './first-steps.js'
import type { Recipe } from './recipe.js'
import type { RecipeCheck, RecipeContext } from './recipe-context.js'
import { afterTraining } from './trained-program.js'

type Loader = Extract<Recipe['train'], () => unknown>

/** Examples drawn for a batch to overfit, for the initial loss, and for the dependencies. */
const sizes = { batch: 64, init: 512, probe: 16 }

/** In a whole recipe only a bias that all of the loss is about counts: without it training starts a little slower. */
const tolerated = { baseRate: 0.99 }

/** The checks of the skeleton stage, in the recipe's order. */
export function skeletonChecks(context: RecipeContext): RecipeCheck[] {
  const { recipe, train, validation, onSample, steps, batchSize, trained } = context
  const { create, causal, capacities, humanBaseline } = recipe
  const firstSteps = firstStepsOf(context, sizes.batch)
  const diagnoses: Diagnoses = new Map()
  return [
    {
      name: 'loads-deterministically',
      stage: 'skeleton',
      ...(typeof recipe.train !== 'function' && {
        missing: 'the recipe holds its training examples, so there is no loader to call twice',
      }),
      run: (options) => checkLoadsDeterministically(recipe.train as Loader, { ...options, anyOrder: true }),
    },
    {
      name: 'reproducible',
      stage: 'skeleton',
      run: (options) => onSample(sizes.batch, options, (batch) => checkReproducible(create, batch, options)),
    },
    {
      name: 'evaluates-consistently',
      stage: 'skeleton',
      run: (options) =>
        onSample(sizes.batch, options, (batch) => checkEvaluatesConsistently(create, batch, options)),
    },
    {
      name: 'init-loss-near',
      stage: 'skeleton',
      run: (options) =>
        onSample(sizes.init, options, (batch) => checkInitLoss(create, { ...options, on: batch })),
    },
    {
      name: 'base-rate',
      stage: 'skeleton',
      run: (options) =>
        onSample(sizes.init, options, (batch) =>
          checkBaseRate(create, batch, { ...options, share: tolerated.baseRate }),
        ),
    },
    {
      name: 'zero-input-baseline',
      stage: 'skeleton',
      run: async (options) =>
        checkZeroInputBaseline(create, await train(), {
          ...options,
          diagnoses,
          steps,
          batchSize,
          ...(validation && { validation: await validation() }),
        }),
    },
    {
      name: 'overfit-batch',
      stage: 'skeleton',
      run: async (options) => {
        const { seed = defaultSeed } = options
        const batch = await overfittableBatch(create, await train(), { most: sizes.batch, seed })
        return firstSteps
          .during(options, (onlookers) =>
            checkOverfitBatch(create, batch, {
              ...options,
              diagnoses,
              steps: 2 * steps,
              ...(causal && { causal }),
              ...(onlookers && { onlookers }),
            }),
          )
          .finally(() => disposeExamples(batch))
      },
    },
    {
      name: 'decrease-loss-with-capacity',
      stage: 'skeleton',
      ...(!capacities && {
        missing: 'the recipe has no capacities: factories of growing size, smallest first',
      }),
      run: async (options) =>
        checkFactories(capacities!, await train(), {
          ...options,
          capacities: capacities!.map((_, index) => index),
          nameOf: 'weights',
          steps: steps / 5,
          batchSize,
        }),
    },
    {
      name: 'examples-independent',
      stage: 'skeleton',
      run: (options) =>
        onSample(sizes.probe, options, (batch) => checkExamplesIndependent(create, batch, options)),
    },
    {
      name: 'causal',
      stage: 'skeleton',
      ...(!causal && { missing: 'the recipe does not say that it is causal: causal: { axis: 1 }' }),
      run: (options) =>
        onSample(sizes.probe, options, (batch) => checkCausal(create, batch, { ...options, ...causal })),
    },
    {
      name: 'uses-every-input',
      stage: 'skeleton',
      run: (options) =>
        onSample(sizes.batch, options, (batch) => checkUsesEveryInput(create, batch, options)),
    },
    {
      name: 'updates-every-weight',
      stage: 'skeleton',
      run: async (options) => (await firstSteps.results(options))[0]!,
    },
    {
      name: 'healthy-activations',
      stage: 'skeleton',
      run: async (options) => (await firstSteps.results(options))[1]!,
    },
    {
      name: 'healthy-gradients',
      stage: 'skeleton',
      run: async (options) => (await firstSteps.results(options))[2]!,
    },
    {
      name: 'human-baseline',
      stage: 'skeleton',
      ...(!(humanBaseline && validation) && {
        missing: 'the recipe has no humanBaseline with validation examples',
      }),
      run: (options) =>
        afterTraining('human-baseline', trained, { ...options, ...humanBaseline }, async () => {
          const { program, ...run } = await trained.under(options)
          return judgeHumanBaseline(program, run, { ...options, ...humanBaseline!, on: await validation!() })
        }),
    },
  ]
}
