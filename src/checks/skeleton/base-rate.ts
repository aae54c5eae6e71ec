import { causeOfBias } from '../../diagnosis/output-bias.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { type BaseRateGap, baseRateGap } from '../../statistics/base-rate.js'
import { assertExamples, describe } from '../../training/examples.js'
import { openProgram } from '../../training/open.js'
import { viewOutputs } from '../../training/outputs.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'

export interface BaseRateOptions extends CheckOptions {
  /**
   * The share of the loss of an unbiased start that the base rate alone would save, from which a bias is asked for.
   * Default 0.25 for cross-entropies (two classes: one in five or rarer), 0.99 for quantities (a mean of ten
   * standard deviations from 0).
   */
  share?: number
}

const defaultShare = { crossEntropy: 0.25, quantity: 0.99 }
/** Few examples make any labels look uneven: the saving must be this many standard errors above nothing. */
const leastCertainty = 4
/** A start that has closed half of the gap has its bias set; the rest is the noise of the first predictions. */
const closedShare = 0.5

/**
 * A fresh program predicts the base rate of the labels (Karpathy: "init well", no hockey stick). Alarms only where it
 * costs: when the best constant saves a large share of the loss that an unbiased start has, and the mean first
 * prediction is not near it. No training step: one forward pass.
 */
export async function checkBaseRate(
  subject: Subject,
  examples: Examples,
  options: BaseRateOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { share, seed = defaultSeed } = options
  if (share !== undefined && !(share > 0 && share < 1)) {
    throw new InvalidArgumentError('options.share', describe(share), 'a share between 0 and 1')
  }
  assertExamples(examples, 'examples')
  const program = await openProgram(subject, seed)
  try {
    const gaps = viewOutputs(program, examples, 'examples').map(baseRateGap)
    const known = gaps.flatMap((gap, output) => (gap ? [{ ...gap, output }] : []))
    if (known.length === 0) {
      return skippedResult({
        check: 'base-rate',
        stage: 'skeleton',
        reason:
          'a base rate is known for cross-entropies of hard labels and for distances from quantities; this loss with these labels is neither',
        seed,
      })
    }
    const off = known.filter(
      (gap) =>
        savingOf(gap) > (share ?? defaultShare[gap.kind]) &&
        gap.certainty >= leastCertainty &&
        gap.start - gap.constant > closedShare * (gap.equal - gap.constant),
    )
    const shown = off[0] ?? known[0]!
    return {
      check: 'base-rate',
      stage: 'skeleton',
      status: off.length > 0 ? 'failed' : 'passed',
      summary: summaryOf(shown, off.length > 0, known.length > 1),
      measured: { startLoss: shown.start, saving: savingOf(shown) },
      expected: {
        baseRateLoss: shown.constant,
        ...(off.length > 0 && {
          startLoss: `≤ ${formatNumber(shown.constant + closedShare * (shown.equal - shown.constant))}`,
        }),
      },
      causes: off.map((gap) => causeOfBias(gap, known.length > 1 ? gap.output : undefined)),
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

function savingOf({ equal, constant }: BaseRateGap): number {
  return equal > 0 ? (equal - constant) / equal : 0
}

function summaryOf(gap: BaseRateGap & { output: number }, failed: boolean, several: boolean): string {
  const of = several ? ` of output ${gap.output}` : ''
  return failed
    ? `The mean first prediction${of} has the loss ${formatNumber(gap.start)}; the base rate of the labels alone gives ${formatNumber(gap.constant)} (${formatPercent(savingOf(gap))} less than an unbiased start): the first steps only learn the bias.`
    : `The mean first prediction${of} has the loss ${formatNumber(gap.start)}, the base rate of the labels ${formatNumber(gap.constant)}: no bias is missing that is worth setting.`
}
