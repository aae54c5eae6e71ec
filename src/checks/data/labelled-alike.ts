import { formatNumber, formatPercent } from '../../figures/number.js'
import { splitAgreement } from '../../statistics/split-agreement.js'
import { tablesOf } from '../../statistics/tables.js'
import { assertExamples } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'
import { joinTables } from './disjoint.js'

export interface LabelledAlikeOptions extends CheckOptions {}

const most = 500
/** Training labels must agree with their neighbours' at least this share of how validation labels do. */
const leastRatio = 0.75
/** Standard errors of the difference. */
const leastSurprise = 5
/** Labels that neighbours hardly share say nothing: the inputs are far apart, or the rule is not one of nearness. */
const leastAgreement = 0.2

/**
 * Neighbours share their label as often among training examples as validation examples do that are as far apart: both
 * come from one source and one labelling. Labels that are wrong in the training data alone show, whatever the model.
 * Augmented inputs agree less as well, but still predict validation labels, which wrong labels do not. The agreement is
 * measured as Cohen's kappa for classes, as a correlation for quantities. No training step.
 */
export async function checkLabelledAlike(
  train: Examples,
  validation: Examples,
  options: LabelledAlikeOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  assertExamples(train, 'train')
  assertExamples(validation, 'validation')
  joinTables(tablesOf('xs', train.xs), tablesOf('xs', validation.xs))
  const skip = (reason: string) => skippedResult({ check: 'labelled-alike', stage: 'data', reason, seed })
  const agreement = splitAgreement(train, validation, { seed, most })
  if (!agreement) return skip('no output has a class or a number for each example, or there are too few')
  const { training: trained, validation: expected, across, count } = agreement
  if (expected.share < leastAgreement) return skip('neighbours hardly share their labels')
  const surprise = (expected.score - trained.score) / Math.hypot(expected.error, trained.error)
  // A share of wrong labels is met once from split to split, twice within training.
  const predicts = across.share >= Math.sqrt(leastRatio) * expected.share
  const failed = trained.share < leastRatio * expected.share && surprise > leastSurprise && !predicts
  const shares = `${formatPercent(trained.share)} among ${count} training examples, ${formatPercent(expected.share)} among as many validation examples as far apart`
  const strangers = trained.surprise < 3
  return {
    check: 'labelled-alike',
    stage: 'data',
    status: failed ? 'failed' : 'passed',
    summary: failed
      ? `Neighbours agree less in their training labels than in their validation labels, beyond chance: ${shares}.`
      : `Neighbours agree in their labels alike, beyond chance: ${shares}.`,
    measured: { training: trained.share, validation: expected.share, across: across.share, surprise },
    expected: { training: `≥ ${formatNumber(leastRatio * expected.share)}` },
    causes: failed
      ? [
          {
            name: strangers ? 'labels-independent-of-inputs' : 'label-noise',
            evidence: `the labels of nearest neighbours agree by ${shares} (${formatNumber(surprise)} standard errors apart)`,
            fix: strangers
              ? 'check that training inputs and labels were shuffled together and are in the same order'
              : 'look at training examples next to their nearest neighbours: wrong labels, labels of other examples, or an augmentation that changes what the label says',
          },
        ]
      : [],
    seed,
    seconds: (performance.now() - started) / 1000,
  }
}
