import { causesOfPoorEnsemble } from '../../diagnosis/ensemble.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { attainableLoss } from '../../statistics/attainable-loss.js'
import { normalCdf } from '../../statistics/normal-cdf.js'
import { exampleLosses, pairedGain } from '../../training/example-losses.js'
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
  const count = countExamples(examples)
  const ensemble = meanOf(views)
  const losses = views.map((view) => exampleLosses(view, count))
  const own = exampleLosses(ensemble, count)
  if (!own || losses.some((one) => !one)) {
    return skippedResult({
      check: 'beats-its-members',
      stage: 'squeeze',
      reason: 'the loss is none of the standard ones, so it cannot be asked of a mean of predictions',
      seed,
    })
  }
  const means = losses.map((one) => meanValue(one!))
  const best = means.indexOf(Math.min(...means))
  const loss = meanValue(own)
  const { gain, error } = pairedGain(losses[best]!, own)
  /** The chance of as much, or more, were the two alike. */
  const p = error > 0 ? normalCdf(-Math.abs(gain) / error) : 1
  const average = meanValue(Float64Array.from(means))
  const constant = attainableLoss(
    views[0]!,
    Int32Array.from({ length: count }, (_, i) => i),
  )?.constant
  const causes = causesOfPoorEnsemble({ views, means, constant })
  const passed =
    margin === undefined
      ? average - loss > rounding * Math.abs(average) && causes.length === 0
      : gain > 0 && gain >= margin * Math.abs(means[best]!)
  return {
    check: 'beats-its-members',
    stage: 'squeeze',
    status: passed ? 'passed' : 'failed',
    summary: `The mean of ${views.length} members has loss ${formatNumber(loss)} on ${count} examples, the best of them (member ${best + 1}) ${formatNumber(means[best]!)}, their mean is ${formatNumber(average)}: ${formatPercent(Math.abs(gain / means[best]!))} ${gain > 0 ? 'better' : 'worse'} than the best (p = ${formatNumber(Number(p.toPrecision(2)))}).`,
    measured: {
      ensemble: loss,
      best: means[best]!,
      ...Object.fromEntries(means.map((mean, i) => [`member${i + 1}`, mean])),
      p,
    },
    expected: {
      ensemble: `< ${formatNumber(margin === undefined ? average : means[best]! - margin * Math.abs(means[best]!))}`,
    },
    causes: passed ? [] : causes,
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

/** The mean of the predictions, output by output. */
function meanOf(views: readonly OutputView[][]): OutputView[] {
  return views[0]!.map((output, o) => {
    const values = new Float64Array(output.predictions.values.length)
    for (const view of views) {
      const { values: own } = view[o]!.predictions
      for (let i = 0; i < values.length; i++) values[i]! += own[i]! / views.length
    }
    return { ...output, predictions: { ...output.predictions, values } }
  })
}

const meanValue = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
