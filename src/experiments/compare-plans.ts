import { InvalidArgumentError } from '../errors.js'
import { remember } from '../memo/remember.js'
import { mean } from '../statistics/estimates.js'
import { holmAdjusted } from '../statistics/holm.js'
import { type PlannedBoundary, plannedBoundary } from '../statistics/planned-looks.js'
import { countExamples, disposeExamples } from '../training/examples.js'
import { isShare, measureMetric } from '../training/metric.js'
import { runPlan, type TrainingPlan } from '../training/planned-run.js'
import type { RunControl } from '../training/run.js'
import { sampleExamples } from '../training/split.js'
import type { Examples, Trainable } from '../training/trainable.js'
import { type Comparison, compare } from './comparison.js'
import { effectUnderSeed, type Hypothesis } from './hypothesis.js'
import { seedsToDecide } from './seeds-to-decide.js'

/** A training plan and the examples it is measured on. */
export interface MeasuredPlan extends TrainingPlan {
  validation: Examples
}

export interface PlanPair {
  without: MeasuredPlan
  withChange: MeasuredPlan
}

export interface ComparePlansOptions extends RunControl {
  /** What each pair is claimed to show. */
  claim: Hypothesis
  /** The first seed; the others follow. */
  seed: number
  /** Seeds at most. */
  seeds: number
  steps: number
  /** The chance, over all pairs together, that a claim is called supported though it is wrong. */
  alpha: number
  /** Measure the metric on a sample of the training examples too. Default false. */
  measureFit?: boolean
}

export interface PairReport extends Omit<Comparison, 'finished'> {
  /** Adjusted by Holm's procedure over the pairs. */
  pAdjusted: number
  /** Means of the metric over the seeds that count. */
  without: number
  withChange: number
  seeds: number[]
  /** Either program diverged under the last of the seeds. */
  diverged: boolean
  /** As `effects`, on training examples; empty unless measured and finite. */
  fitEffects: number[]
  /** Seeds that would decide an undecided pair with a chance of 0.8, were its effect what it looks like now. */
  seedsToDecide: number | undefined
}

export interface PlansReport {
  pairs: PairReport[]
  /** Stopped by signal or deadline before every pair had its verdict. */
  interrupted: boolean
  /** Programs trained. */
  runs: number
}

/** A metric after one training; null: it diverged. */
interface Measured {
  validation: number | null
  fit: number | undefined
}

interface OpenPair extends PlanPair {
  runs: Array<{ without: Measured; withChange: Measured; seed: number }>
  comparison: Comparison
}

const mostFitExamples = 512

/**
 * Trains the plans of each pair under the same seeds, so that both see the same batches in the same order, and compares
 * them on their validation examples, seed by seed, until each claim is supported, refuted, or the seeds are used up. A
 * plan that is in several pairs is trained once under a seed. Throws `InvalidArgumentError` when the validation labels
 * of a pair differ, or a program does not have the metric.
 */
export async function comparePlans(
  pairs: readonly PlanPair[],
  options: ComparePlansOptions,
): Promise<PlansReport> {
  const { claim, seed: firstSeed, seeds, alpha } = options
  const boundary = plannedBoundary({ alpha: alpha / pairs.length, budget: seeds })
  const trainer = planTrainer(pairs, options)
  const open: OpenPair[] = pairs.map((pair) => ({
    ...pair,
    runs: [],
    comparison: compare(claim, [], boundary),
  }))
  let interrupted = false
  for (let i = 0; i < seeds && !interrupted; i++) {
    const seed = firstSeed + i
    for (const pair of open) {
      if (pair.comparison.finished) continue
      const without = await trainer.run(pair.without, seed)
      const withChange = without && (await trainer.run(pair.withChange, seed))
      if (!without || !withChange) {
        interrupted = true
        break
      }
      pair.runs.push({ without, withChange, seed })
      pair.comparison = judge(pair, claim, boundary)
    }
    trainer.forget()
  }
  return { pairs: reportsOf(open, options, boundary), interrupted, runs: trainer.runs() }
}

function judge({ runs, withChange }: OpenPair, claim: Hypothesis, boundary: PlannedBoundary): Comparison {
  // An accuracy on n examples moves by 1 / n.
  const resolution = isShare(claim.metric) ? 1 / countExamples(withChange.validation) : undefined
  return compare(
    claim,
    runs.map((run) => ({ without: run.without.validation, withChange: run.withChange.validation })),
    boundary,
    resolution,
  )
}

function planTrainer(
  pairs: readonly PlanPair[],
  { claim, seeds, steps, measureFit = false, signal, deadline = Infinity, onProgress }: ComparePlansOptions,
) {
  const plans = new Set(pairs.flatMap(({ without, withChange }) => [without, withChange])).size
  const known = new Map<MeasuredPlan, Measured>()
  let runs = 0
  return {
    runs: () => runs,
    /** The next seed starts. */
    forget: () => known.clear(),
    /** Undefined when there is no time to finish. */
    async run(plan: MeasuredPlan, seed: number): Promise<Measured | undefined> {
      const measured = known.get(plan)
      if (measured) return measured
      const { create, ...inputs } = plan
      const { result: found } = await remember(
        'arm of a comparison',
        { subjects: [create], inputs: { ...inputs, seed, steps, metric: claim.metric, measureFit } },
        () => trainAndMeasure(plan, seed),
        { worth: (measured) => measured !== undefined },
      )
      if (!found) return undefined
      runs++
      known.set(plan, found)
      return found
    },
  }

  async function trainAndMeasure(plan: MeasuredPlan, seed: number): Promise<Measured | undefined> {
    if (signal?.aborted || performance.now() > deadline) return undefined
    const { program, end } = await runPlan(plan, {
      seed,
      steps,
      deadline,
      ...(signal && { signal }),
      ...(onProgress && {
        onProgress: ({ step, loss }) =>
          onProgress({ step: runs * steps + step, steps: plans * seeds * steps, loss }),
      }),
    })
    try {
      if (end === 'aborted' || end === 'deadline') return undefined
      const diverged = end === 'non-finite'
      const validation = measure(program, plan.validation, claim)
      return {
        validation: diverged || !Number.isFinite(validation) ? null : validation,
        fit: measureFit && !diverged ? fitOf(program, plan.train, claim) : undefined,
      }
    } finally {
      program.dispose()
    }
  }
}

function measure(program: Trainable, on: Examples, { metric }: Hypothesis): number {
  const value = measureMetric(program, on, metric)
  if (value !== undefined) return value
  throw new InvalidArgumentError(
    'hypothesis',
    `'${metric}', which the program does not have`,
    "'loss', 'accuracy' (classes), 'rmse', 'mae', 'r2' (numbers), or a metric it was compiled with",
  )
}

/** On the same sample for every program and seed. */
function fitOf(program: Trainable, train: Examples, claim: Hypothesis): number {
  const sample = sampleExamples(train, mostFitExamples, 1)
  try {
    return measure(program, sample, claim)
  } finally {
    disposeExamples(sample)
  }
}

function reportsOf(
  open: readonly OpenPair[],
  { claim, alpha }: ComparePlansOptions,
  boundary: PlannedBoundary,
): PairReport[] {
  const adjusted = holmAdjusted(open.map(({ comparison }) => comparison.pSupported))
  return open.map(({ runs, comparison: { finished: _, ...found } }, i) => {
    const diverged = runs.some(
      ({ without, withChange }) => without.validation === null || withChange.validation === null,
    )
    const used = diverged ? runs : runs.slice(0, Math.max(found.effects.length, 1))
    const meanOf = (side: 'without' | 'withChange') =>
      mean(used.map((run) => run[side].validation ?? Number.NaN))
    const pAdjusted = adjusted[i]!
    // What one pair by itself leaves open, Holm's procedure may decide once the others are.
    const verdict = found.verdict === 'undecided' && pAdjusted <= alpha ? 'supported' : found.verdict
    return {
      ...found,
      verdict,
      pAdjusted,
      without: used.length === 0 ? Number.NaN : meanOf('without'),
      withChange: used.length === 0 ? Number.NaN : meanOf('withChange'),
      seeds: used.map(({ seed }) => seed),
      diverged,
      fitEffects: used.flatMap(({ without, withChange }) => {
        if (without.fit === undefined || withChange.fit === undefined) return []
        const effect = effectUnderSeed(claim, without.fit, withChange.fit)
        return Number.isFinite(effect) ? [effect!] : []
      }),
      seedsToDecide:
        verdict === 'undecided' ? seedsToDecide(claim, found, boundary.nominal[boundary.budget]!) : undefined,
    }
  })
}
