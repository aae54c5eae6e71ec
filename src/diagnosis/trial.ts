import * as tf from '@tensorflow/tfjs'
import { sameBatch } from '../training/batches.js'
import { learningRateOf, setLearningRate } from '../training/learning-rate.js'
import { openProgram } from '../training/open.js'
import { type RunControl, trainProgram } from '../training/run.js'
import type { Examples, Subject, Trainable } from '../training/trainable.js'

/** One experiment after a failure: the same program and batch with one thing changed. */
export interface Trial {
  /** Lowest loss seen; Infinity when the first was not finite. */
  best: number
  first: number
  steps: number
  /** The loss fell to the goal. */
  reached: boolean
  /** The time ran out before the experiment could tell. */
  cutShort: boolean
}

export interface TrialOptions extends RunControl {
  seed: number
  steps: number
  goal: number
  /** Changes the fresh program before it trains. Returns what frees the change, where there is something to free. */
  change?: (program: Trainable) => unknown
}

/** Trains a fresh program on one batch, dropout off, until the goal or the steps. */
export async function tryOverfit(subject: Subject, batch: Examples, options: TrialOptions): Promise<Trial> {
  const { seed, steps, goal, change, ...control } = options
  const program = await openProgram(subject, seed)
  const { optimizer } = program
  let free: unknown
  try {
    program.disableDropout?.()
    free = change?.(program)
    const run = await trainProgram(program, sameBatch(batch).next, {
      seed,
      ...control,
      steps,
      until: (losses) => (losses.at(-1)! <= goal ? 'done' : undefined),
    })
    return {
      best: Math.min(Infinity, ...run.losses.filter(Number.isFinite)),
      first: run.losses[0] ?? Number.NaN,
      steps: run.losses.length,
      reached: run.end === 'done',
      cutShort: run.end === 'deadline' || run.end === 'aborted',
    }
  } finally {
    program.dispose()
    // A hand-written program knows only the optimizer it has now.
    if (program.optimizer !== optimizer) optimizer?.dispose()
    if (typeof free === 'function') free()
  }
}

/** Multiplies the learning rate of a program's optimizer. False when it cannot. */
export function scaleLearningRate({ optimizer }: Trainable, factor: number): boolean {
  const rate = learningRateOf(optimizer)
  return rate !== undefined && setLearningRate(optimizer, rate * factor)
}

/** The rates of the reference optimizer: the one that is safe almost everywhere, and one for nets of a few units. */
export const referenceRates = [1e-3, 1e-2] as const

/** The reference optimizer: Adam. */
export const useReferenceAdam =
  (rate: number) =>
  (program: Trainable): void => {
    program.optimizer = tf.train.adam(rate)
  }

/**
 * The reference Adam on the program's own loss, in place of its step: of a program that does not show its optimizer, and whose
 * weights are variables. Returns what frees it.
 */
export const stepByReferenceAdam =
  (rate: number) =>
  (program: Trainable): (() => void) => {
    const adam = tf.train.adam(rate)
    const variables = Object.values(program.weights()) as tf.Variable[]
    const step = (batch: Examples) => adam.minimize(() => program.loss(batch), true, variables)!
    Object.assign(program, { step, stepWithGradients: undefined })
    return () => adam.dispose()
  }
