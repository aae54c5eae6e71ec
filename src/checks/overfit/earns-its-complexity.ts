import type { Cause } from '../../diagnosis/cause.js'
import { InvalidArgumentError } from '../../errors.js'
import { comparePlans, type PairReport } from '../../experiments/compare-plans.js'
import { type Hypothesis, sayEffect, sayHypothesis } from '../../experiments/hypothesis.js'
import { mean } from '../../statistics/estimates.js'
import { countWeights } from '../../training/count-weights.js'
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

export interface EarnsItsComplexityOptions extends PairedComparisonOptions {
  train: Examples
  /** Not trained on: programs are compared on them. */
  validation: Examples
}

/**
 * Trains a program and a simpler one under the same seeds and expects what its additional weights bring to be there:
 * a validation loss lower by 1 %, or what `hypothesis` says (Karpathy: "don't be a hero", start simple). Throws
 * `InvalidArgumentError` when the simpler program does not have fewer weights. Costs 2 · `steps` for each seed.
 */
export async function checkEarnsItsComplexity(
  subject: Subject,
  simpler: Subject,
  options: EarnsItsComplexityOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { train, validation, batchSize } = options ?? {}
  assertExamples(train, 'options.train')
  assertExamples(validation, 'options.validation')
  const settings = comparisonSettings(options)
  const { claim, seed, steps } = settings
  const [many, few] = [await countWeights(subject, seed), await countWeights(simpler, seed)]
  if (few >= many) {
    throw new InvalidArgumentError('simpler', `${few} weights`, `fewer than the ${many} of the subject`)
  }
  const shared = { train, validation, ...(batchSize !== undefined && { batchSize }) }
  const report = await comparePlans(
    [{ without: { create: simpler, ...shared }, withChange: { create: subject, ...shared } }],
    { ...settings, measureFit: true },
  )
  const pair = report.pairs[0]!
  const passed = isSupported(report)
  return {
    check: 'earns-its-complexity',
    stage: 'overfit',
    status: passed ? 'passed' : 'failed',
    summary: `With ${many} weights instead of ${few}, ${sayPair(settings, pair)}${sayInterrupted(report)}`,
    measured: { ...measuredOf(claim, pair), steps, weights: many },
    expected: { effect: sayHypothesis(claim), 'weights of the simpler': few },
    causes: passed ? [] : causesOf(claim, pair),
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Better on the training examples under every seed, and worse on the others: learnt by heart. */
function causesOf(claim: Hypothesis, pair: PairReport): Cause[] {
  const { fitEffects, effects, mean: effect } = pair
  if (claim.effect === 'keeps' || fitEffects.length < 2 || fitEffects.length !== effects.length) return []
  if (!(effect < 0) || !fitEffects.every((fit) => fit > 0)) return []
  return [
    {
      name: 'under-regularized',
      evidence: `over ${fitEffects.length} seeds the larger program changes the ${claim.metric} by ${sayEffect(claim, mean(fitEffects))} on training examples, and by ${sayEffect(claim, effect)} on those not trained on`,
      fix: 'get more training data or augment them; or regularise the larger program: dropout, weight decay, early stopping',
    },
  ]
}
