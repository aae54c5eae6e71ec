import { causeOfSmallGain, causesOfNonFinite, causesOfPoorEnsemble } from '../../diagnosis/ensemble.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { attainableLoss } from '../../statistics/attainable-loss.js'
import { meanPredictions } from '../../statistics/mean-predictions.js'
import { normalCdf } from '../../statistics/normal-cdf.js'
import { pairedGain } from '../../statistics/paired-gain.js'
import { exampleLosses } from '../../training/example-losses.js'
import { assertExamples, countExamples, describe } from '../../training/examples.js'
import { openProgram } from '../../training/open.js'
import { type OutputView, viewOutputs } from '../../training/outputs.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import { type CheckResult, skippedResult } from '../result.js'

export interface BeatsItsMembersOptions extends CheckOptions {
  /**
   * The loss of the ensemble must be lower than that of the best member by this share of it. Default: it must be lower
   * than the mean of the members', and none of them may be broken.
   */
  margin?: number
}

const rounding = 1e-6

/**
 * The mean of what several trained programs predict has a lower loss, on examples they were not trained on, than they have
 * on average, and none of them spoils it (Karpathy's step 6: "model ensembles are a pretty much guaranteed way to gain 2 % of
 * accuracy on anything"). For convex losses it is never above that average (Jensen's inequality), and below it where the
 * members differ. No training: one prediction for each member.
 */
export async function checkBeatsItsMembers(
  members: readonly Subject[],
  examples: Examples,
  options: BeatsItsMembersOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, margin } = options
  if (margin !== undefined && !(margin >= 0 && margin < 1)) {
    throw new InvalidArgumentError('options.margin', describe(margin), 'a share from 0 up to 1')
  }
  if (!Array.isArray(members) || members.length < 2) {
    const given = Array.isArray(members) ? `a list of ${members.length}` : describe(members)
    throw new InvalidArgumentError('subject', given, 'at least two trained models')
  }
  assertExamples(examples, 'examples')
  const views: OutputView[][] = []
  for (const member of members) views.push(await viewOf(member, examples, seed))
  return { ...judgeEnsemble(views, examples, options), seconds: (performance.now() - started) / 1000 }
}

/** The same from what each member predicts. */
export function judgeEnsemble(
  views: readonly OutputView[][],
  examples: Examples,
  { seed = defaultSeed, margin }: BeatsItsMembersOptions = {},
): CheckResult {
  assertAlike(views)
  const unusable = whatIsUnusable(views, seed)
  if (unusable) return unusable
  const count = countExamples(examples)
  const own = exampleLosses(meanPredictions(views), count)!
  const losses = views.map((view) => exampleLosses(view, count)!)
  const means = losses.map(meanValue)
  const loss = meanValue(own)
  const average = meanValue(means)
  const best = means.indexOf(Math.min(...means))
  const bestLoss = means[best]!
  const { gain, error } = pairedGain(losses[best]!, own)
  /** The chance of as much, or more, were the two alike. */
  const p = error > 0 ? normalCdf(-Math.abs(gain) / error) : 1
  const constant = attainableLoss(
    views[0]!,
    Int32Array.from({ length: count }, (_, i) => i),
  )?.constant
  const causes = causesOfPoorEnsemble({ views, losses: own, means, constant })
  const passed =
    margin === undefined
      ? average - loss > rounding * Math.abs(average) && causes.length === 0
      : gain > 0 && gain >= margin * Math.abs(bestLoss)
  const most = margin === undefined ? average : bestLoss - margin * Math.abs(bestLoss)
  return {
    check: 'beats-its-members',
    stage: 'squeeze',
    status: passed ? 'passed' : 'failed',
    summary: `The mean of ${views.length} members has loss ${formatNumber(loss)} on ${count} examples, the best of them (member ${best + 1}) ${formatNumber(bestLoss)}, their mean is ${formatNumber(average)}: ${formatPercent(Math.abs(gain / bestLoss))} ${gain > 0 ? 'better' : 'worse'} than the best (p = ${formatNumber(Number(p.toPrecision(2)))}).`,
    measured: {
      ensemble: loss,
      best: bestLoss,
      ...Object.fromEntries(means.map((mean, i) => [`member${i + 1}`, mean])),
      p,
    },
    expected: { ensemble: `< ${formatNumber(most)}` },
    causes: passed ? [] : causes.length > 0 ? causes : [causeOfSmallGain({ means, loss, best: bestLoss })],
    seed,
    seconds: 0,
  }
}

/** The result for members whose losses cannot be compared. */
function whatIsUnusable(views: readonly OutputView[][], seed: number): CheckResult | undefined {
  const check = { check: 'beats-its-members', stage: 'squeeze' } as const
  if (views.some((view) => view.some(({ loss }) => !loss))) {
    const reason = 'the loss is none of the standard ones, so it cannot be asked of a mean of predictions'
    return skippedResult({ ...check, reason, seed })
  }
  const causes = causesOfNonFinite(views)
  if (causes.length === 0) return undefined
  return {
    ...check,
    status: 'failed',
    summary: `Of ${views.length} members ${causes.length} predict NaN or infinite values, and so does their mean.`,
    measured: { broken: causes.length },
    expected: { broken: 0 },
    causes,
    seed,
    seconds: 0,
  }
}

async function viewOf(member: Subject, examples: Examples, seed: number): Promise<OutputView[]> {
  const program = await openProgram(member, seed)
  try {
    return viewOutputs(program, examples, 'examples')
  } finally {
    program.dispose()
  }
}

function assertAlike(views: readonly OutputView[][]): void {
  const shapeOf = (view: readonly OutputView[]) =>
    view
      .map(
        ({ predictions, loss }) =>
          `${predictions.rows} × ${predictions.width} for ${loss?.kind ?? 'a custom loss'}`,
      )
      .join(', ')
  const [first] = views
  for (const [i, view] of views.entries()) {
    if (shapeOf(view) === shapeOf(first!)) continue
    throw new InvalidArgumentError(
      `subject[${i}]`,
      `predictions ${shapeOf(view)}`,
      `the same as the first member: ${shapeOf(first!)}`,
    )
  }
}

const meanValue = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}
