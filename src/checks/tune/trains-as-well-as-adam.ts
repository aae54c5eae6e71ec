import {
  type BesideAdam,
  describeBesideAdam,
  lowestLoss,
  progressBesideAdam,
  whyBehindAdam,
} from '../../diagnosis/behind-adam.js'
import { canReplaceOptimizer } from '../../diagnosis/overfit-experiments.js'
import { useReferenceAdam } from '../../diagnosis/trial.js'
import { InvalidArgumentError, MissingInformationError } from '../../errors.js'
import { formatPercent } from '../../figures/number.js'
import { plural } from '../../statistics/tables.js'
import { callStep } from '../../training/call-step.js'
import { assertExamples, describe, disposeExamples } from '../../training/examples.js'
import { type FullTraining, type FullTrainingOptions, trainOnAll } from '../../training/full-training.js'
import { learningRateOf } from '../../training/learning-rate.js'
import { openProgram } from '../../training/open.js'
import { recordUpdates } from '../../training/optimizer-updates.js'
import { applyRate } from '../../training/planned-run.js'
import { mixSeed, withSeed } from '../../training/seed.js'
import { sampleExamples } from '../../training/split.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { assertCounts, type CheckOptions, controlOf, defaultSeed, moreTime, wasCutShort } from '../options.js'
import { remembered } from '../remembered.js'
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

/**
 * A program's own optimizer gets on as well as Adam at 3e-4 or 1e-3, whichever is better (Karpathy's step 3: "Adam is
 * safe": "in the early stages of setting baselines I like to use Adam with a learning rate of 3e-4"). Both train the same
 * program on the same batches; progress is how far the training loss falls from where it starts, at its lowest look. Fails
 * where the own optimizer misses more than a tenth of Adam's progress under every seed. Costs 3 · `steps` for a seed; it
 * stops at the first seed under which the own optimizer is good enough.
 */
export function checkTrainsAsWellAsAdam(
  subject: Subject,
  train: Examples,
  options: TrainsAsWellAsAdamOptions = {},
): Promise<CheckResult> {
  return remembered('trains-as-well-as-adam', [subject], { ...options, train }, () =>
    trainBesideAdam(subject, train, options),
  )
}

async function trainBesideAdam(
  subject: Subject,
  train: Examples,
  options: TrainsAsWellAsAdamOptions,
): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed, steps = 500, batchSize = 32, seeds = 3, margin = 0.1, schedule } = options
  assertCounts({ steps, batchSize, seeds })
  if (!(margin >= 0 && margin < 1)) {
    throw new InvalidArgumentError('options.margin', describe(margin), 'a share from 0 up to 1')
  }
  assertExamples(train, 'train')
  const rate = await rateOfReplaceable(subject, train, { seed, batchSize })
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
    const pairs: BesideAdam[] = []
    let first: FullTraining | undefined
    let cut = false
    for (let i = 0; i < seeds; i++) {
      const runs = await trainBoth(subject, { ...training, seed: seed + i }, schedule)
      first ??= runs.own
      cut = [runs.own, ...runs.adams].some(({ end }) => wasCutShort(end))
      if (cut) break
      pairs.push(pairOf(runs, seed + i))
      if (progressBesideAdam(pairs.at(-1)!) >= 1 - margin) break
    }
    const last = pairs.at(-1)
    const passed = !cut && last !== undefined && progressBesideAdam(last) >= 1 - margin
    return {
      check: 'trains-as-well-as-adam',
      stage: 'tune',
      status: passed ? 'passed' : 'failed',
      summary:
        cut || !last
          ? `Stopped before the test's time ran out, under seed ${seed + pairs.length}. ${moreTime}`
          : `${describeBesideAdam(last)}${pairs.length > 1 ? `, and ${passed ? 'less' : 'no better'} under ${plural(pairs.length - 1, 'other seed')}` : ''}.`,
      measured: last ? { loss: last.own, adam: last.adam, progress: progressBesideAdam(last) } : {},
      expected: { progress: `≥ ${formatPercent(1 - margin)}` },
      causes:
        passed || cut || !last
          ? []
          : await whyBehindAdam(subject, {
              pair: pairs[0]!,
              run: first!,
              training: { ...training, seed },
              schedule,
              rate,
            }),
      ...(first && { curves: { loss: first.losses } }),
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    disposeExamples(on)
  }
}

/** The program with its own optimizer and with Adam at both rates, on the same batches. */
async function trainBoth(
  subject: Subject,
  training: FullTrainingOptions,
  schedule: ((step: number) => number) | undefined,
): Promise<{ own: FullTraining; adams: FullTraining[] }> {
  const own = await trainOnAll(subject, {
    ...training,
    ...(schedule && { beforeStep: (program, step) => applyRate(program, schedule, step) }),
  })
  const adams: FullTraining[] = []
  for (const rate of rates)
    adams.push(await trainOnAll(subject, { ...training, change: useReferenceAdam(rate) }))
  return { own, adams }
}

function pairOf({ own, adams }: { own: FullTraining; adams: FullTraining[] }, seed: number): BesideAdam {
  const losses = adams.map(lowestLoss)
  const adam = Math.min(...losses)
  return {
    seed,
    start: own.looks[0]!.loss,
    own: lowestLoss(own),
    adam,
    rate: rates[losses.indexOf(adam)]!,
  }
}

/** The learning rate of an optimizer that can be replaced: a step goes through the one that is put in its place. */
async function rateOfReplaceable(
  subject: Subject,
  train: Examples,
  { seed, batchSize }: { seed: number; batchSize: number },
): Promise<number | undefined> {
  const program = await openProgram(subject, seed)
  const batch = sampleExamples(train, batchSize, seed)
  const { optimizer } = program
  try {
    if (!canReplaceOptimizer(program)) throw notReplaceable('a program whose optimizer cannot be replaced')
    const rate = learningRateOf(optimizer)
    useReferenceAdam(rates[0])(program)
    const reference = program.optimizer
    const { result, updates } = await recordUpdates(() =>
      // Dropout draws from a stream of its own, not from that of the test.
      withSeed(mixSeed(seed, 'run'), () => callStep(program, batch)),
    )
    result.dispose()
    if (updates.length > 0 && !updates.some((update) => update.optimizer === reference))
      throw notReplaceable('a program whose step() does not use its property optimizer')
    return rate
  } finally {
    program.dispose()
    if (program.optimizer !== optimizer) optimizer?.dispose()
    disposeExamples(batch)
  }
}

const notReplaceable = (what: string) =>
  new MissingInformationError(
    'subject',
    what,
    'a LayersModel, or a Trainable with a property optimizer that its step() uses',
  )
