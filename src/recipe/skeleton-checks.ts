import { checkBaseRate } from '../checks/skeleton/base-rate.js'
import { checkCapacity } from '../checks/skeleton/capacity.js'
import { checkCausal } from '../checks/skeleton/causal.js'
import { checkEvaluatesConsistently } from '../checks/skeleton/evaluates-consistently.js'
import { checkExamplesIndependent } from '../checks/skeleton/examples-independent.js'
import { checkHealthyActivations } from '../checks/skeleton/healthy-activations.js'
import { checkHealthyGradients } from '../checks/skeleton/healthy-gradients.js'
import { checkHumanBaseline } from '../checks/skeleton/human-baseline.js'
import { checkInitLoss } from '../checks/skeleton/init-loss.js'
import { checkOverfitBatch } from '../checks/skeleton/overfit-batch.js'
import { checkReproducible } from '../checks/skeleton/reproducible.js'
import { checkUpdatesEveryWeight } from '../checks/skeleton/updates-every-weight.js'
import { checkUsesEveryInput } from '../checks/skeleton/uses-every-input.js'
import { checkZeroInputBaseline } from '../checks/skeleton/zero-input-baseline.js'
import type { RecipeCheck, RecipeContext } from './recipe-context.js'

/** Examples drawn for a batch to overfit, for the initial loss, and for the dependencies. */
const sizes = { batch: 64, init: 512, probe: 16 }

/** The checks of the skeleton stage, in the recipe's order. */
export function skeletonChecks({
  recipe,
  train,
  validation,
  onSample,
  steps,
  batchSize,
}: RecipeContext): RecipeCheck[] {
  const { create, causal, capacities, humanBaseline } = recipe
  return [
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
      run: (options) => onSample(sizes.init, options, (batch) => checkBaseRate(create, batch, options)),
    },
    {
      name: 'zero-input-baseline',
      stage: 'skeleton',
      run: async (options) =>
        checkZeroInputBaseline(create, await train(), {
          ...options,
          steps,
          batchSize,
          ...(validation && { validation: await validation() }),
        }),
    },
    {
      name: 'overfit-batch',
      stage: 'skeleton',
      run: (options) =>
        onSample(sizes.batch, options, (batch) =>
          checkOverfitBatch(create, batch, { ...options, steps: 2 * steps }),
        ),
    },
    {
      name: 'decrease-loss-with-capacity',
      stage: 'skeleton',
      ...(!capacities && {
        missing: 'the recipe has no capacities: factories of growing size, smallest first',
      }),
      run: async (options) =>
        checkCapacity((index: number) => capacities![index]!(), await train(), {
          ...options,
          capacities: capacities!.map((_, index) => index),
          nameOf: (_, parameters) => `${parameters} weights`,
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
      run: (options) =>
        onSample(sizes.batch, options, (batch) => checkUpdatesEveryWeight(create, batch, options)),
    },
    {
      name: 'healthy-activations',
      stage: 'skeleton',
      run: (options) =>
        onSample(sizes.batch, options, (batch) => checkHealthyActivations(create, batch, options)),
    },
    {
      name: 'healthy-gradients',
      stage: 'skeleton',
      run: (options) =>
        onSample(sizes.batch, options, (batch) => checkHealthyGradients(create, batch, options)),
    },
    {
      name: 'human-baseline',
      stage: 'skeleton',
      ...(!(humanBaseline && validation) && {
        missing: 'the recipe has no humanBaseline with validation examples',
      }),
      run: async (options) =>
        checkHumanBaseline(create, {
          ...options,
          ...humanBaseline!,
          on: await validation!(),
          train: await train(),
          steps,
          batchSize,
        }),
    },
  ]
}
