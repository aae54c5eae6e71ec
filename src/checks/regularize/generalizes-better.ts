import { InvalidArgumentError } from '../../errors.js'
import { comparePlans, type MeasuredPlan } from '../../experiments/compare-plans.js'
import { sayHypothesis } from '../../experiments/hypothesis.js'
import { planOf } from '../../experiments/recipe-plan.js'
import { sameExamples } from '../../experiments/same-examples.js'
import type { Recipe } from '../../recipe/recipe.js'
import { assertExamples } from '../../training/examples.js'
import type { Examples, Subject } from '../../training/trainable.js'
import {
  comparisonSettings,
  isSupported,
  measuredOf,
  type PairedComparisonOptions,
  sayInterrupted,
  sayPair,
} from '../paired-comparison.js'
import type { CheckResult } from '../result.js'

export interface GeneralizesBetterOptions extends PairedComparisonOptions {
  /** Needed for subjects; a recipe that has its own keeps them. */
  train?: Examples
  /** The same; not trained on: programs are compared on them. */
  validation?: Examples
}

/**
 * Trains a program and a baseline under the same seeds for the same number of steps, and expects what `hypothesis`
 * says of the first, by default a validation loss lower by 1 % (Karpathy's step 4, regularise). Recipes bring their
 * data, batch size, augmentation, schedule and stopping; both must predict the same validation labels. Costs
 * 2 · `steps` for each seed; `steps` is by default that of the recipe.
 */
export async function checkGeneralizesBetter(
  subject: Recipe | Subject,
  baseline: Recipe | Subject,
  options: GeneralizesBetterOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const planned = [subject, baseline].find((given) => isRecipe(given) && given.steps !== undefined)
  const settings = comparisonSettings({ ...(planned && { steps: (planned as Recipe).steps! }), ...options })
  const { claim, seed, steps } = settings
  const withChange = await planFor(subject, 'subject', options)
  const without = await planFor(baseline, 'baseline', options)
  if (!sameExamples(without.validation, withChange.validation).ys) {
    throw new InvalidArgumentError(
      'baseline.validation',
      'other labels than those of the subject',
      'the same labels to predict for both',
    )
  }
  const report = await comparePlans([{ without, withChange }], settings)
  const pair = report.pairs[0]!
  return {
    check: 'generalizes-better',
    stage: 'regularize',
    status: isSupported(report) ? 'passed' : 'failed',
    summary: `Against the baseline it ${sayPair(settings, pair)}${sayInterrupted(report)}`,
    measured: { ...measuredOf(claim, pair), steps },
    expected: { effect: sayHypothesis(claim) },
    causes: [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

const isRecipe = (given: Recipe | Subject): given is Recipe =>
  typeof given === 'object' && given !== null && typeof (given as Recipe).create === 'function'

async function planFor(
  given: Recipe | Subject,
  argument: string,
  { train, validation, batchSize }: GeneralizesBetterOptions,
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
