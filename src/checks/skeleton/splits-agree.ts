import { formatNumber, formatPercent } from '../../figures/number.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { defaultSeed } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'
import { checkZeroInputBaseline, type ZeroInputBaselineOptions } from './zero-input-baseline.js'

export interface SplitsAgreeOptions extends ZeroInputBaselineOptions {
  validation: Examples
}

/** The training examples must be learnt at least so well, as a share of how well the validation examples are. */
const leastRatio = 0.6
/** Standard errors of the difference: by chance alone 3 in a million. */
const leastSurprise = 4.5

/**
 * What a program learns shows on the examples it learns from at least as well as on others. Where validation examples
 * are predicted far better, the training examples are damaged: wrong labels, noise or augmentation that hides what the
 * validation examples show. Costs what the input-independent baseline costs, and shares its training in a recipe.
 */
export async function checkSplitsAgree(
  subject: Subject,
  train: Examples,
  options: SplitsAgreeOptions,
): Promise<CheckResult> {
  return judgeSplits(await checkZeroInputBaseline(subject, train, options))
}

/** The same from a finished check of the baseline that was given validation examples. */
export function judgeSplits({ measured, status, seed = defaultSeed, seconds }: CheckResult): CheckResult {
  const { skill, skillError, trainingSkill, trainingSkillError } = measured
  if (status !== 'passed' || skill === undefined || trainingSkill === undefined) {
    return skippedResult({
      check: 'splits-agree',
      stage: 'skeleton',
      reason: 'the program did not beat the baseline on validation examples',
      seed,
    })
  }
  const surprise = (skill - trainingSkill) / Math.hypot(skillError!, trainingSkillError!)
  const failed = trainingSkill < leastRatio * skill && surprise > leastSurprise
  const shares = `${formatPercent(trainingSkill)} of the possible gain on training examples, ${formatPercent(skill)} on validation examples`
  return {
    check: 'splits-agree',
    stage: 'skeleton',
    status: failed ? 'failed' : 'passed',
    summary: failed
      ? `Training examples are predicted worse than validation examples: ${shares}.`
      : `Training and validation examples are learnt alike: ${shares}.`,
    measured: { trainingSkill, skill, surprise },
    expected: { trainingSkill: `≥ ${formatNumber(leastRatio * skill)}` },
    causes: failed
      ? [
          {
            name: 'label-noise',
            evidence: `after ${measured.steps} steps the program has ${shares} (${formatNumber(surprise)} standard errors apart): the training labels contradict what it learns from them`,
            fix: 'look at the training examples with the highest loss: wrong labels, or an augmentation that changes what the label says (a mirrored "left", a 6 turned upside down)',
          },
        ]
      : [],
    seed,
    seconds,
  }
}
