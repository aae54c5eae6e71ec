import { InvalidArgumentError } from '../../errors.js'
import { comparePlans } from '../../experiments/compare-plans.js'
import { sayHypothesis } from '../../experiments/hypothesis.js'
import { assertExamples, describe } from '../../training/examples.js'
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

export interface ImprovesWithEachAdditionOptions extends PairedComparisonOptions {
  train: Examples
  /** Not trained on: programs are compared on them. */
  validation: Examples
}

/**
 * Trains programs under the same seeds, each made from the one before by an addition, and expects every addition to
 * bring what `hypothesis` says, by default a validation loss lower by 1 % (Karpathy: "complexify only one at a time").
 * The chance that any addition is wrongly called an improvement is at most `alpha`. Costs `steps` for each program and
 * seed.
 */
export async function checkImprovesWithEachAddition(
  subjects: readonly Subject[],
  options: ImprovesWithEachAdditionOptions,
): Promise<CheckResult> {
  const started = performance.now()
  if (!Array.isArray(subjects) || subjects.length < 2) {
    throw new InvalidArgumentError(
      'subjects',
      Array.isArray(subjects) ? `a list of ${subjects.length}` : describe(subjects),
      'at least two programs, the simplest first',
    )
  }
  const { train, validation, batchSize } = options ?? {}
  assertExamples(train, 'options.train')
  assertExamples(validation, 'options.validation')
  const settings = comparisonSettings(options)
  const { claim, seed, steps } = settings
  const plans = subjects.map((create) => ({
    create,
    train,
    validation,
    ...(batchSize !== undefined && { batchSize }),
  }))
  const report = await comparePlans(
    plans.slice(1).map((withChange, i) => ({ without: plans[i]!, withChange })),
    settings,
  )
  const { pairs } = report
  const good = pairs.filter(({ verdict }) => verdict === 'supported').length
  const failing = pairs.flatMap((pair, i) =>
    pair.verdict === 'supported' ? [] : [` Addition ${i + 1} ${sayPair(settings, pair)}`],
  )
  const all = pairs.map((pair, i) => `addition ${i + 1} ${sayPair(settings, pair)}`)
  return {
    check: 'improves-with-each-addition',
    stage: 'overfit',
    status: isSupported(report) ? 'passed' : 'failed',
    summary: isSupported(report)
      ? `Every addition improves: ${all.join(' ')}`
      : `${good} of ${pairs.length} additions improve.${failing.join('')}${sayInterrupted(report)}`,
    measured: Object.assign({}, ...pairs.map((pair, i) => measuredOf(claim, pair, ` ${i + 1}`)), { steps }),
    expected: { 'every effect': sayHypothesis(claim) },
    causes: [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}
