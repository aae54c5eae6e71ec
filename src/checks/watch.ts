import * as tf from '@tensorflow/tfjs'
import { assertExamples } from '../training/examples.js'
import { openProgram } from '../training/open.js'
import { type OptimizerUpdate, recordUpdates } from '../training/optimizer-updates.js'
import { type MadeStep, makeStep } from '../training/recorded-step.js'
import { mixSeed, withSeed } from '../training/seed.js'
import type { Examples, Subject, Trainable } from '../training/trainable.js'
import { type CheckOptions, defaultSeed } from './options.js'
import type { CheckResult } from './result.js'

/** One update of the weights, as those who look on see it. */
export interface Step {
  /** How many there have been, this one included. */
  count: number
  loss: number
  /** Gradients the update used, by weight, where the program hands them over. */
  gradients: tf.NamedTensorMap | undefined
  /** Updates of weights by optimizers of TensorFlow.js. */
  updates: readonly OptimizerUpdate[]
}

/** A check that looks on while a program takes its first steps on one batch. Several can share one training. */
export interface Watch {
  /** Looks at the fresh program. */
  begin(program: Trainable, batch: Examples): void
  /** It needs no further step. */
  done(): boolean
  /** Tensors it keeps over the step; they are freed after it. */
  beforeStep?(program: Trainable): tf.Tensor[]
  afterStep?(program: Trainable, step: Step): void
  /** After the last step; `openAnother` makes a fresh program under another seed, to be disposed. */
  compare?(program: Trainable, openAnother: () => Promise<Trainable>): Promise<void>
  /** `cut`: the time ran out, or the run was aborted, before it was done. */
  result(program: Trainable, cut: boolean): CheckResult
}

/** Checks that look on at a training, whoever trains. */
export interface Watching {
  /** Some check needs further steps. */
  needsSteps(): boolean
  /** Makes one. Whoever calls disposes what it returns. */
  step(): Promise<WatchedStep>
  /** Their results, in their order; `cut`: there are no further steps though some check needs them. */
  results(cut: boolean): Promise<CheckResult[]>
}

/** The checks begin to look on at a fresh program. `subject` makes another one, for those that compare. */
export function watch(
  program: Trainable,
  batch: Examples,
  watches: readonly Watch[],
  { subject, seed }: { subject: Subject; seed: number },
): Watching {
  for (const one of watches) one.begin(program, batch)
  const watching = () => watches.filter((one) => !one.done())
  let [count, broken] = [0, false]
  return {
    needsSteps: () => !broken && watching().length > 0,
    async step() {
      const made = await takeWatchedStep(program, batch, watching(), ++count)
      broken = !Number.isFinite(made.value)
      return made
    },
    async results(cut) {
      const openAnother = () => openProgram(subject, mixSeed(seed, 'another program'))
      for (const one of watches) if (!cut) await one.compare?.(program, openAnother)
      return watches.map((one) => ({ ...one.result(program, cut && !one.done()), seed, seconds: 0 }))
    },
  }
}

/**
 * Trains a fresh program on one batch until every check that looks on has seen enough, or the loss is not finite.
 * Their results come in their order; the first carries the time of all.
 */
export async function watchFirstSteps(
  subject: Subject,
  batch: Examples,
  watches: readonly Watch[],
  options: CheckOptions,
): Promise<CheckResult[]> {
  const started = performance.now()
  const { seed = defaultSeed, signal, deadline = Infinity, onProgress } = options
  assertExamples(batch, 'batch')
  const program = await openProgram(subject, seed)
  try {
    const watching = watch(program, batch, watches, { subject, seed })
    let cut = false
    await withSeed(mixSeed(seed, 'run'), async () => {
      for (let step = 1; watching.needsSteps(); step++) {
        cut = signal?.aborted === true || performance.now() > deadline
        if (cut) break
        const { loss, gradients, value, failure } = await watching.step()
        tf.dispose([loss, ...Object.values(gradients ?? {})])
        if (failure !== undefined) throw failure
        onProgress?.({ step, steps: step, loss: value })
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
    })
    const [first, ...others] = await watching.results(cut)
    return [{ ...first!, seconds: (performance.now() - started) / 1000 }, ...others]
  } finally {
    program.dispose()
  }
}

/** A step that was looked at, with the value of its loss, and what a check threw while it looked. */
type WatchedStep = MadeStep & { value: number; failure: unknown }

async function takeWatchedStep(
  program: Trainable,
  batch: Examples,
  watches: readonly Watch[],
  count: number,
): Promise<WatchedStep> {
  const kept = watches.flatMap((one) => one.beforeStep?.(program) ?? [])
  try {
    const { result: made, updates } = await recordUpdates(() => makeStep(program, batch))
    const loss = made.loss.dataSync()[0]!
    let failure: unknown
    try {
      for (const one of watches) one.afterStep?.(program, { count, loss, gradients: made.gradients, updates })
    } catch (error) {
      failure = error
    }
    return { ...made, value: loss, failure }
  } finally {
    tf.dispose(kept)
  }
}
