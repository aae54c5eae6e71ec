import { formatNumber, formatPercent } from '../figures/number.js'
import { type FullTraining, type FullTrainingOptions, trainOnAll } from '../training/full-training.js'
import { applyRate } from '../training/planned-run.js'
import type { Subject } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { beginDiagnosis } from './left-to-others.js'
import { scaleLearningRate } from './trial.js'

type Schedule = (step: number) => number

/** One program after as many steps of its own optimizer and of Adam, under one seed: lowest losses, Infinity for none. */
export interface BesideAdam {
  seed: number
  start: number
  own: number
  adam: number
  /** Learning rate of Adam. */
  rate: number
}

/** Infinity for a run that went nowhere finite. */
export const lowestLoss = ({ best, end }: FullTraining): number => (end === 'non-finite' ? Infinity : best)

/** Of Adam's fall the share that the own optimizer makes, too; 1 where Adam gets nowhere, 0 without a finite loss. */
export function progressBesideAdam({ start, own, adam }: BesideAdam): number {
  if (!Number.isFinite(own)) return 0
  const fall = start - adam
  return fall > 1e-3 * Math.abs(start) ? (start - Math.min(own, start)) / fall : 1
}

export function describeBesideAdam(pair: BesideAdam): string {
  const { seed, start, own, adam, rate } = pair
  return `Under seed ${seed} the training loss falls from ${formatNumber(start)} to ${lossOrNone(own)}, with Adam at ${formatNumber(rate)} to ${lossOrNone(adam)}: ${formatPercent(progressBesideAdam(pair))} of Adam's progress`
}

const lossOrNone = (loss: number) => (Number.isFinite(loss) ? formatNumber(loss) : 'nothing finite')

/** A program that is behind Adam, and how it was trained. */
export interface BehindAdam {
  pair: BesideAdam
  /** The run of its own optimizer. */
  run: FullTraining
  /** Of that run, without the schedule. */
  training: FullTrainingOptions
  schedule: Schedule | undefined
  /** Learning rate of its optimizer; undefined when it does not tell. */
  rate: number | undefined
}

const factors = [10, 0.1, 100, 0.01] as const
/** A loss that ends this much above its start has not merely failed to fall. */
const risen = 1.05
/** Progress that a higher rate multiplies by this much was short of rate, even where it does not mend it. */
const muchMore = 3

/** Why a program is behind Adam: its run again with one thing changed, the schedule or the rate. */
export async function whyBehindAdam(subject: Subject, behind: BehindAdam): Promise<Cause[]> {
  beginDiagnosis()
  const { pair, run, schedule, training } = behind
  const highest = schedule && highestRate(schedule, training.steps)
  if (schedule && decaysEarly(schedule, training.steps)) {
    const constant = await trainAt(subject, behind, () => highest!)
    if (closesHalf(constant, pair)) return [decayed(constant, behind, highest!)]
  }
  const rate = highest ?? behind.rate
  const rose = run.end === 'non-finite' || run.last > risen * pair.start
  const changed = rate === undefined ? [] : await atOtherRates(subject, behind)
  const mended = changed.find(({ run: one }) => closesHalf(one, pair))
  if (mended) return [otherRate(mended.run, pair, rate!, mended.factor)]
  if (rose) return [diverged(behind)]
  const higher = changed.filter(({ factor }) => factor > 1)
  const most = Math.max(0, ...higher.map(({ run: one }) => progressOf(one, pair)))
  return most > muchMore * progressBesideAdam(pair) ? [farTooLow(pair, rate!, most)] : []
}

interface AtFactor {
  factor: number
  run: FullTraining
}

/** Runs at ever more distant rates, up to the first that mends it. */
async function atOtherRates(subject: Subject, behind: BehindAdam): Promise<AtFactor[]> {
  const runs: AtFactor[] = []
  for (const factor of factors) {
    const { schedule, training } = behind
    const run = schedule
      ? await trainAt(subject, behind, (step) => factor * schedule(step))
      : await trainOnAll(subject, { ...training, change: (program) => scaleLearningRate(program, factor) })
    runs.push({ factor, run })
    if (closesHalf(run, behind.pair)) break
  }
  return runs
}

const trainAt = (subject: Subject, { training }: BehindAdam, schedule: Schedule): Promise<FullTraining> =>
  trainOnAll(subject, { ...training, beforeStep: (program, step) => applyRate(program, schedule, step) })

const progressOf = (run: FullTraining, pair: BesideAdam): number =>
  progressBesideAdam({ ...pair, own: lowestLoss(run) })

const closesHalf = (run: FullTraining, pair: BesideAdam): boolean =>
  progressOf(run, pair) >= (1 + progressBesideAdam(pair)) / 2

function highestRate(schedule: Schedule, steps: number): number {
  let highest = 0
  for (let step = 0; step < steps; step++) highest = Math.max(highest, schedule(step))
  return highest
}

/** As `toKeepLearningRate` has it: below a tenth of the highest rate so far, in the first half of the steps. */
function decaysEarly(schedule: Schedule, steps: number): boolean {
  let highest = 0
  for (let step = 0; step < steps / 2; step++) {
    const rate = schedule(step)
    highest = Math.max(highest, rate)
    if (rate < 0.1 * highest) return true
  }
  return false
}

const decayed = (run: FullTraining, { pair }: BehindAdam, rate: number): Cause => ({
  name: 'schedule-decays-early',
  evidence: `${describeBesideAdam(pair)}; at ${formatNumber(rate)} throughout, the highest rate of the schedule, the same optimizer gets to ${formatNumber(run.best)}`,
  fix: 'use a constant learning rate until everything else is tuned; a schedule counts in steps or in epochs: check which, and for how many it was made',
})

function otherRate(run: FullTraining, pair: BesideAdam, rate: number, factor: number): Cause {
  const better = formatNumber(rate * factor)
  return {
    name: factor > 1 ? 'learning-rate-too-low' : 'learning-rate-too-high',
    evidence: `${describeBesideAdam(pair)}; at a learning rate of ${better} instead of ${formatNumber(rate)} the same optimizer gets to ${formatNumber(run.best)}`,
    fix: `set the learning rate to about ${better}; or start with tf.train.adam(${pair.rate}), and tune the optimizer last`,
  }
}

function diverged({ pair, run, rate }: BehindAdam): Cause {
  const far = run.end !== 'non-finite' && rate !== undefined
  return {
    name: far ? 'learning-rate-too-high' : 'diverging-loss',
    evidence: `${describeBesideAdam(pair)}; it ends at ${lossOrNone(run.last)}${far ? `, above its start, at a learning rate of ${formatNumber(rate)}` : ''}`,
    fix: `start with tf.train.adam(${pair.rate}), which forgives a wrong rate; lower the rate of another optimizer by factors of ten until the loss falls`,
  }
}

const farTooLow = (pair: BesideAdam, rate: number, most: number): Cause => ({
  name: 'learning-rate-too-low',
  evidence: `${describeBesideAdam(pair)}; at up to 100 times the learning rate of ${formatNumber(rate)} it is ${formatPercent(most)}`,
  fix: `start with tf.train.adam(${pair.rate}), which forgives a wrong rate; raise the rate of another optimizer by factors of ten until the loss jitters`,
})
