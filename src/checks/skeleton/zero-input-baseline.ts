import { diagnoseBaseline } from '../../diagnosis/baseline.js'
import { causesOfTargetScale } from '../../diagnosis/target-scale.js'
import { InvalidArgumentError, MissingInformationError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { mean } from '../../statistics/estimates.js'
import type { Skill } from '../../statistics/skill.js'
import { skillByLossOrAnswers, skillOfAnswers } from '../../statistics/skill-of-answers.js'
import { minibatches } from '../../training/batches.js'
import {
  assertExamples,
  countExamples,
  describe,
  disposeExamples,
  withZeroInputs,
} from '../../training/examples.js'
import { openProgram } from '../../training/open.js'
import { assertLabelsInRange, type OutputView, viewOutputs } from '../../training/outputs.js'
import { type Run, trainProgram } from '../../training/run.js'
import { sampleExamples, splitExamples } from '../../training/split.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import { remembered } from '../remembered.js'
import { type Cause, type CheckResult, skippedResult } from '../result.js'

export interface ZeroInputBaselineOptions extends CheckOptions {
  /** Examples to measure on. Default: a fifth of `train`, held out. */
  validation?: Examples
  /** The most steps to train. Default 1000; it stops as soon as the baseline is beaten. */
  steps?: number
  /** Share of the possible gain over the baseline to reach. Default 0.1. */
  margin?: number
  /** Examples per step. Default 32. */
  batchSize?: number
}

/**
 * The gain must also be this many standard errors above nothing, so that luck on few examples does not pass (one
 * in 700 per look). A gain far above the margin is held to less: rare, confident mistakes widen the error.
 */
const leastCertainty = { nearMargin: 3, farAbove: 2 }
/** Fewer held-out rows than this decide nothing. */
const leastRows = 10
/** Measured at 25, 50, 100 … steps: a program that learns is seen early, and few looks mean few chances to err. */
const firstLook = 25
const mostExamples = 1024
const heldOutShare = 0.2

/**
 * Trains on the data and compares with the best prediction that ignores the inputs (Karpathy: "input-independent
 * baseline"), which is known in closed form: entropy of the labels for cross-entropies, their variance for the
 * squared error. Measured on examples that were not trained on. A second, exact test: with all inputs zero the
 * trained program cannot be better than that constant unless the labels reach it by another way.
 */
export function checkZeroInputBaseline(
  subject: Subject,
  train: Examples,
  options: ZeroInputBaselineOptions = {},
): Promise<CheckResult> {
  return remembered('zero-input-baseline', [subject], { ...options, train }, () =>
    beatZeroInputBaseline(subject, train, options),
  )
}

async function beatZeroInputBaseline(
  subject: Subject,
  train: Examples,
  options: ZeroInputBaselineOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { validation, steps = 1000, margin = 0.1, batchSize = 32, seed = defaultSeed } = options
  assertOptions(options)
  assertExamples(train, 'train')
  if (validation) assertExamples(validation, 'validation')
  const measurable = validation ? countExamples(validation) : Math.round(heldOutShare * countExamples(train))
  if (measurable < leastRows) {
    return undecidable(
      `${measurable} examples to measure on are too few: give at least ${leastRows} validation examples, or ${leastRows / heldOutShare} to train on`,
      seed,
    )
  }
  const parts = validation
    ? { train, heldOut: sampleExamples(validation, mostExamples, seed) }
    : splitExamples(train, Math.min(heldOutShare, mostExamples / countExamples(train)), seed)
  const program = await openProgram(subject, seed).catch((error) => {
    freeParts()
    throw error
  })
  function freeParts() {
    disposeExamples(parts.heldOut)
    if (parts.train !== train) disposeExamples(parts.train)
  }
  const batches = minibatches(parts.train, { batchSize, seed })
  let gains = false
  try {
    const viewHeldOut = () => viewOutputs(program, parts.heldOut, validation ? 'validation' : 'train')
    const views = viewHeldOut()
    assertLabelsInRange(parts.train, {
      views,
      viewed: countExamples(parts.heldOut),
      names: program.outputNames,
      argument: 'train',
    })
    const measure = (outputs = viewHeldOut(), losses: readonly number[] = []): Skill =>
      skillOrThrow(outputs, { reversed: fellTowardsZero(losses) })
    const first = measure(views)
    if (Math.abs(first.constant) < 1e-6) {
      return undecidable('all examples to measure on have the same label, which any constant predicts', seed)
    }
    let skill: Skill | undefined
    let nextLook = firstLook
    let gainedOnce = false
    const run = await trainProgram(program, batches.next, {
      seed,
      steps,
      readEvery: firstLook,
      probeEvery: 100,
      ...controlOf(options),
      until(losses, { gradientNorms, updateRatios }) {
        if (losses.length < nextLook) return undefined
        nextLook *= 2
        skill = measure(undefined, losses)
        // Nothing moves: more steps cannot help. (Gradients may be gathered over some steps.)
        const rests = gradientNorms[0]?.value === 0 || updateRatios[0]?.value === 0
        if (rests && skill.loss === first.loss) return 'plateau'
        gains ||= skill.share > 0 && skill.certainty >= leastCertainty.nearMargin
        gainedOnce ||= skill.share >= margin && skill.certainty >= leastCertainty.farAbove
        if (beats(skill, margin)) return 'done'
        // Trained with weights, predictions lean to the heavy classes, and their plain loss is no measure.
        const answers = isWeighted(parts.train) ? skillOfAnswers(viewHeldOut()) : undefined
        if (answers && beats(answers, margin)) {
          skill = answers
          return 'done'
        }
        return undefined
      },
    })
    if (run.end !== 'done') skill = measure(undefined, run.losses)
    const leak = run.end === 'done' ? leakWithoutInputs(measureWithoutInputs()) : undefined
    const passed = run.end === 'done' && !leak
    const unsure = run.end !== 'done' && !wasCutShort(run.end) && (skill!.share >= margin || gainedOnce)
    const scale = unsure ? causesOfTargetScale(views) : []
    if (unsure && scale.length === 0) {
      return undecidable(
        skill!.share >= margin
          ? `${formatPercent(skill!.share)} of the possible gain is only ${formatNumber(skill!.certainty)} standard errors above nothing on ${countExamples(parts.heldOut)} examples: too few, or too uneven, to be sure`
          : `${formatPercent(margin)} of the possible gain was there in between, but on ${countExamples(parts.heldOut)} examples not surely, and went again to ${formatPercent(skill!.share)}: more validation examples would tell; early stopping or regularisation may help`,
        seed,
      )
    }
    return {
      check: 'zero-input-baseline',
      stage: 'skeleton',
      status: passed ? 'passed' : 'failed',
      summary: summaryOf(run, skill!, leak, margin, countExamples(parts.heldOut), steps),
      measured: { loss: skill!.loss, skill: skill!.share, steps: run.losses.length },
      expected: { baseline: skill!.constant, skill: `≥ ${formatNumber(margin)}` },
      causes: leak
        ? [leakCause(leak)]
        : passed || wasCutShort(run.end)
          ? []
          : scale.length > 0
            ? scale
            : await causesOf(run, skill!),
      curves: { loss: run.losses },
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    batches.dispose()
    program.dispose()
    freeParts()
  }

  function causesOf(run: Run, skill: Skill): Promise<Cause[]> {
    return diagnoseBaseline({
      subject,
      train: parts.train,
      heldOut: parts.heldOut,
      batchSize,
      outcome: outcomeOf(run, skill),
      memorises: memorises(run, skill),
      gains,
      seed,
      control: controlOf(options),
      diagnoses: options.diagnoses,
    })
  }

  function measureWithoutInputs(): Skill {
    const zeros = withZeroInputs(parts.heldOut)
    try {
      // The steps of a sequence are known by their place: only a constant is a bound that is exact.
      return skillOrThrow(viewOutputs(program, zeros, 'train'), { order: false })
    } finally {
      disposeExamples(zeros)
    }
  }
}

/** By the program's own loss; of a custom one, by its answers. */
function skillOrThrow(
  outputs: readonly OutputView[],
  options: { reversed?: boolean; order?: boolean } = {},
): Skill {
  const skill = skillByLossOrAnswers(outputs, options)
  if (skill) return skill
  throw new MissingInformationError(
    'subject',
    'a program with a custom loss, whose labels are not what it predicts',
    'a standard loss (its best constant prediction is known), or labels of the shape of the predictions',
  )
}

/** Whether the training loss fell below what any constant reaches. */
const memorises = ({ losses }: Run, { constant }: Skill): boolean => mean(losses.slice(-50)) < 0.9 * constant

/** A custom loss that ends near nothing has what it wants, whichever way its predictions run. */
const fellTowardsZero = (losses: readonly number[]): boolean => {
  const last = mean(losses.slice(-25))
  return losses.length > 0 && last >= 0 && last < losses[0]! / 2
}

const isWeighted = ({ classWeight, sampleWeight }: Examples): boolean =>
  classWeight !== undefined || sampleWeight !== undefined

/** What the training brought, in words for the diagnosis. */
function outcomeOf(run: Run, skill: Skill): string {
  const lately = memorises(run, skill)
    ? `, while the training loss falls to ${formatNumber(mean(run.losses.slice(-50)))}: it memorises`
    : ''
  return `${run.losses.length} steps on the whole data bring nothing for examples not trained on (${formatPercent(skill.share)} of the possible gain${lately})`
}

function beats({ share, certainty }: Skill, margin: number): boolean {
  return (
    share >= margin &&
    certainty >= (share >= 3 * margin ? leastCertainty.farAbove : leastCertainty.nearMargin)
  )
}

/** With equal inputs predictions are equal, so no program can beat the best constant: exact up to rounding. */
function leakWithoutInputs(skill: Skill): Skill | undefined {
  return skill.share > 1e-3 && skill.certainty > 4 ? skill : undefined
}

function leakCause(skill: Skill) {
  return {
    name: 'target-leak' as const,
    evidence: `with every input set to zero the loss is ${formatNumber(skill.loss)}, below the ${formatNumber(skill.constant)} of the best constant prediction`,
    fix: 'look for state kept between calls, examples told apart by their position, or labels captured by a layer',
  }
}

function summaryOf(
  run: Run,
  skill: Skill,
  leak: Skill | undefined,
  margin: number,
  examples: number,
  steps: number,
): string {
  const { loss, constant, share } = skill
  const count = run.losses.length
  const comparison = `loss ${formatNumber(loss)} on ${examples} examples not trained on, against ${formatNumber(constant)} for the best prediction that ignores the inputs`
  if (leak) {
    return `With all inputs zero the program still predicts better than any constant: loss ${formatNumber(leak.loss)}, best constant ${formatNumber(leak.constant)}.`
  }
  switch (run.end) {
    case 'done':
      return `Beats the input-independent baseline after ${count} steps: ${comparison} (${formatPercent(share)} of the possible gain).`
    case 'non-finite':
      return `The loss became ${run.losses.at(-1)} at training step ${count}.`
    case 'deadline':
      return `Stopped before the test's time ran out, at step ${count} of ${steps}: ${comparison}. ${moreTime}`
    case 'aborted':
      return `Aborted at step ${count} of ${steps}: ${comparison}.`
    default:
      return `Does not beat the input-independent baseline: after ${count} steps ${comparison}; that is ${formatPercent(share)} of the possible gain, ${share < margin ? `at least ${formatPercent(margin)} was wanted` : `but only ${formatNumber(skill.certainty)} standard errors above nothing: too few or too uneven examples to be sure`}.`
  }
}

function undecidable(reason: string, seed: number): CheckResult {
  return skippedResult({ check: 'zero-input-baseline', stage: 'skeleton', reason, seed })
}

function assertOptions({ steps, margin, batchSize }: ZeroInputBaselineOptions): void {
  assertCounts({ steps, batchSize })
  if (margin !== undefined && !(margin > 0 && margin < 1)) {
    throw new InvalidArgumentError('options.margin', describe(margin), 'a share between 0 and 1')
  }
}
