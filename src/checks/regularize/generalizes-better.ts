import { InvalidArgumentError } from '../../errors.js'
import { comparePlans } from '../../experiments/compare-plans.js'
import { sayHypothesis } from '../../experiments/hypothesis.js'
import { sameExamples } from '../../experiments/same-examples.js'
import type { Recipe } from '../../recipe/recipe.js'
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
import { isRecipe, planFor } from './planned-subject.js'

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
