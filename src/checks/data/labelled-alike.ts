import { formatNumber, formatPercent } from '../../figures/number.js'
import { relationsDiffer } from '../../statistics/feature-relations.js'
import { type SplitAgreement, splitAgreement } from '../../statistics/split-agreement.js'
import { tablesOf } from '../../statistics/tables.js'
import { assertExamples } from '../../training/examples.js'
import type { Examples } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { remembered } from '../remembered.js'
import { type Cause, type CheckResult, skippedResult } from '../result.js'
import { assertJoinable } from './joined-tables.js'

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
export function checkLabelledAlike(
  train: Examples,
  validation: Examples,
  options: LabelledAlikeOptions = {},
): Promise<CheckResult> {
  return remembered('labelled-alike', [], { ...options, train, validation }, () =>
    compareNearPairs(train, validation, options),
  )
}

async function compareNearPairs(
  train: Examples,
  validation: Examples,
  options: LabelledAlikeOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  assertExamples(train, 'train')
  assertExamples(validation, 'validation')
  assertJoinable(tablesOf('xs', train.xs), tablesOf('xs', validation.xs))
  const skip = (reason: string) => skippedResult({ check: 'labelled-alike', stage: 'data', reason, seed })
  const agreement = splitAgreement(train, validation, { seed, most })
  if (!agreement) return skip('no output has a class or a number for each example, or there are too few')
  const { training: trained, validation: expected, across, count } = agreement
  if (expected.share < leastAgreement) return skip('neighbours hardly share their labels')
  const surprise = (expected.score - trained.score) / Math.hypot(expected.error, trained.error)
  // A share of wrong labels is met once from split to split, twice within training.
  const predicts = across.share >= Math.sqrt(leastRatio) * expected.share
  const disagrees = trained.share < leastRatio * expected.share && surprise > leastSurprise && !predicts
  const parted = disagrees ? undefined : whereSplitsPart(train, validation, agreement, seed)
  const failed = disagrees || parted !== undefined
  const shares = `${formatPercent(trained.share)} among ${count} training examples, ${formatPercent(expected.share)} among as many validation examples as far apart`
  const strangers = trained.surprise < 3
  return {
    check: 'labelled-alike',
    stage: 'data',
    status: failed ? 'failed' : 'passed',
    summary: parted
      ? `Inputs mean other labels in validation than in training: ${parted.evidence}.`
      : failed
        ? `Neighbours agree less in their training labels than in their validation labels, beyond chance: ${shares}.`
        : `Neighbours agree in their labels alike, beyond chance: ${shares}.`,
    measured: { training: trained.share, validation: expected.share, across: across.share, surprise },
    expected: { training: `≥ ${formatNumber(leastRatio * expected.share)}` },
    causes: parted
      ? [parted]
      : failed
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

/** Within each split neighbours share this much at least, and across the splits less than half of it. */
const related = 0.3
/** Correlations of features that differ by so many times what sampling explains. */
const otherRelations = 5

/** Neighbours agree within both splits, but not from one to the other: one of them has other columns, or other labels. */
function whereSplitsPart(
  train: Examples,
  validation: Examples,
  { kind, training, validation: expected, across }: SplitAgreement,
  seed: number,
): Cause | undefined {
  // Of classes other shares in the other split do the same, and label-map-match knows them.
  if (kind === 'classes') return undefined
  const weaker = training.share < expected.share ? training : expected
  const surprise = (weaker.score - across.score) / Math.hypot(weaker.error, across.error)
  if (weaker.share < related || across.share > weaker.share / 2 || surprise < leastSurprise) return undefined
  const evidence = `neighbours agree by ${formatPercent(training.share)} within the training data and ${formatPercent(expected.share)} within the validation data, but validation examples agree with their nearest training examples by ${formatPercent(across.share)} only`
  const differ = relationsDiffer(tablesOf('xs', train.xs), tablesOf('xs', validation.xs), seed)
  return differ > otherRelations
    ? {
        name: 'augmentation-shift',
        evidence: `${evidence}; and features go together otherwise: their correlations differ ${formatNumber(differ)} times as much as sampling explains`,
        fix: 'give both splits the same columns in the same order, through one and the same function',
      }
    : {
        name: 'label-map-mismatch',
        evidence,
        fix: 'read the labels of both splits by one and the same function: the same classes, the same columns in the same order',
      }
}
