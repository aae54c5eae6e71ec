import type { Cause } from '../../diagnosis/cause.js'
import { canReplaceOptimizer } from '../../diagnosis/overfit-experiments.js'
import { scaleLearningRate, useReferenceAdam } from '../../diagnosis/trial.js'
import { InvalidArgumentError, MissingInformationError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { plural } from '../../statistics/tables.js'
import { assertExamples, describe, disposeExamples } from '../../training/examples.js'
import { type FullTraining, type FullTrainingOptions, trainOnAll } from '../../training/full-training.js'
import { learningRateOf, setLearningRate } from '../../training/learning-rate.js'
import { openProgram } from '../../training/open.js'
import { sampleExamples } from '../../training/split.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import type { CheckResult } from '../result.js'

export interface TrainsAsWellAsAdamOptions extends CheckOptions {
  /** Steps that each program trains. Default 500. */
  steps?: number
  /** Examples per step. Default 32. */
  batchSize?: number
  /** Seeds, each for both optimizers; the verdict has to be the same under all of them to fail. Default 3. */
  seeds?: number
  /** Share of Adam's progress that may be missing. Default 0.1. */
  margin?: number
  /** Learning rate at each step of the program's own optimizer. */
  schedule?: (step: number) => number
}

/** Karpathy's rate, and the one that is the default of most libraries. */
const rates = [3e-4, 1e-3] as const
const mostLooked = 1000

interface Pair {
  seed: number
  start: number
  own: number
  adam: number
  rate: number
}

/**
 * A program's own optimizer gets on as well as Adam at 3e-4 or 1e-3, whichever is better (Karpathy's step 3: "Adam is
 * safe": "in the early stages of setting baselines I like to use Adam with a learning rate of 3e-4"). Both train the same
 * program on the same batches; progress is how far the training loss falls from where it starts, at its lowest look. Fails
 * where the own optimizer misses more than a tenth of Adam's progress under every seed. Costs 3 · `steps` for a seed; it
 * stops at the first seed under which the own optimizer is good enough.
 */
export async function checkTrainsAsWellAsAdam(
  subject: Subject,
  train: Examples,
  options: TrainsAsWellAsAdamOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, steps = 500, batchSize = 32, seeds = 3, margin = 0.1, schedule } = options
  assertCounts({ steps, batchSize, seeds })
  if (!(margin >= 0 && margin < 1)) {
    throw new InvalidArgumentError('options.margin', describe(margin), 'a share from 0 up to 1')
  }
  assertExamples(train, 'train')
  const ownRate = await assertReplaceable(subject, seed)
  const on = sampleExamples(train, mostLooked, seed)
  try {
    const training = {
      ...controlOf(options),
      train,
      on,
      steps,
      batchSize,
      every: Math.max(1, Math.floor(steps / 10)),
    }
    const own = (one: number): FullTrainingOptions => ({
      ...training,
      seed: one,
      ...(schedule && { beforeStep: (program, step) => setLearningRate(program.optimizer, schedule(step)) }),
    })
    const pairs: Pair[] = []
    let first: FullTraining | undefined
    let cut = false
    for (let i = 0; i < seeds && !cut; i++) {
      const run = await trainOnAll(subject, own(seed + i))
      first ??= run
      const adams: FullTraining[] = []
      for (const rate of rates)
        adams.push(await trainOnAll(subject, { ...training, seed: seed + i, change: useReferenceAdam(rate) }))
      cut = [run, ...adams].some(({ end }) => wasCutShort(end))
      if (cut) break
      const better = adams[1]!.best < adams[0]!.best ? 1 : 0
      pairs.push({
        seed: seed + i,
        start: run.looks[0]!.loss,
        own: lowest(run),
        adam: lowest(adams[better]!),
        rate: rates[better]!,
      })
      if (progressOf(pairs.at(-1)!) >= 1 - margin) break
    }
    const last = pairs.at(-1)
    const passed = !cut && last !== undefined && progressOf(last) >= 1 - margin
    return {
      check: 'trains-as-well-as-adam',
      stage: 'tune',
      status: passed ? 'passed' : 'failed',
      summary:
        cut || !last
          ? `Stopped before the test's time ran out, under seed ${seed + pairs.length}. ${moreTime}`
          : `${describePair(last)}${pairs.length > 1 ? `, and ${passed ? 'less' : 'no better'} under ${plural(pairs.length - 1, 'other seed')}` : ''}.`,
      measured: last ? { loss: last.own, adam: last.adam, progress: progressOf(last) } : {},
      expected: { progress: `≥ ${formatPercent(1 - margin)}` },
      causes: passed || cut || !last ? [] : await causesOf(subject, own(seed), { pairs, ownRate }),
      ...(first && { curves: { loss: first.losses } }),
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    disposeExamples(on)
  }
}

/** Infinity for a run that went nowhere finite. */
const lowest = ({ best, end }: FullTraining): number => (end === 'non-finite' ? Infinity : best)

/** Of Adam's fall the share that the own optimizer makes, too; 1 where Adam gets nowhere. */
function progressOf({ start, own, adam }: Pair): number {
  const fall = start - adam
  return fall > 1e-3 * Math.abs(start) ? (start - Math.min(own, start)) / fall : 1
}

function describePair(pair: Pair): string {
  const { seed, start, own, adam, rate } = pair
  const share = progressOf(pair)
  return `Under seed ${seed} the training loss falls from ${formatNumber(start)} to ${Number.isFinite(own) ? formatNumber(own) : 'nothing finite'}, with Adam at ${formatNumber(rate)} to ${formatNumber(adam)}: ${formatPercent(share)} of Adam's progress`
}

async function assertReplaceable(subject: Subject, seed: number): Promise<number | undefined> {
  const program = await openProgram(subject, seed)
  try {
    if (!canReplaceOptimizer(program)) {
      throw new MissingInformationError(
        'subject',
        'a program whose optimizer cannot be replaced',
        'a LayersModel, or a Trainable with a property optimizer that its step() uses',
      )
    }
    return learningRateOf(program.optimizer)
  } finally {
    program.dispose()
  }
}

const factors = [10, 0.1] as const

/** The same optimizer at another rate: if that mends most of it, the rate is the cause. */
async function causesOf(
  subject: Subject,
  training: FullTrainingOptions,
  { pairs, ownRate }: { pairs: readonly Pair[]; ownRate: number | undefined },
): Promise<Cause[]> {
  const [pair] = pairs
  if (ownRate === undefined || training.beforeStep) return [useAdam(pair!)]
  for (const factor of factors) {
    const run = await trainOnAll(subject, {
      ...training,
      change: (program) => scaleLearningRate(program, factor),
    })
    const changed = { ...pair!, own: lowest(run) }
    if (progressOf(changed) < (1 + progressOf(pair!)) / 2) continue
    return [
      {
        name: factor > 1 ? 'learning-rate-too-low' : 'learning-rate-too-high',
        evidence: `${describePair(pair!)}; at a learning rate of ${formatNumber(ownRate * factor)} instead of ${formatNumber(ownRate)} the same optimizer gets to ${formatNumber(changed.own)}`,
        fix: `set the learning rate to about ${formatNumber(ownRate * factor)}; or start with tf.train.adam(${pair!.rate}), and tune the optimizer last`,
      },
    ]
  }
  return [useAdam(pair!)]
}

function useAdam(pair: Pair): Cause {
  return {
    name: Number.isFinite(pair.own) ? 'learning-rate-too-low' : 'diverging-loss',
    evidence: describePair(pair),
    fix: `start with tf.train.adam(${pair.rate}), which forgives a wrong rate, and tune another optimizer against it`,
  }
}
