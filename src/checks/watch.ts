import * as tf from '@tensorflow/tfjs'
import { callStep } from '../training/call-step.js'
import { assertExamples } from '../training/examples.js'
import { openProgram } from '../training/open.js'
import { type OptimizerUpdate, recordUpdates } from '../training/optimizer-updates.js'
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
    for (const watch of watches) watch.begin(program, batch)
    const watching = () => watches.filter((watch) => !watch.done())
    let cut = false
    await withSeed(mixSeed(seed, 'run'), async () => {
      for (let count = 1, loss = 0; watching().length > 0 && Number.isFinite(loss); count++) {
        cut = signal?.aborted === true || performance.now() > deadline
        if (cut) break
        loss = await takeWatchedStep(program, batch, watching(), count)
        onProgress?.({ step: count, steps: count, loss })
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
    })
    const openAnother = () => openProgram(subject, mixSeed(seed, 'another program'))
    for (const watch of watches) if (!cut) await watch.compare?.(program, openAnother)
    const seconds = (performance.now() - started) / 1000
    return watches.map((watch, i) => ({
      ...watch.result(program, cut && !watch.done()),
      seed,
      seconds: i === 0 ? seconds : 0,
    }))
  } finally {
    program.dispose()
  }
}

async function takeWatchedStep(
  program: Trainable,
  batch: Examples,
  watches: readonly Watch[],
  count: number,
): Promise<number> {
  const kept = watches.flatMap((watch) => watch.beforeStep?.(program) ?? [])
  try {
    const {
      result: { loss: scalar, gradients },
      updates,
    } = await recordUpdates(
      async () =>
        program.stepWithGradients?.(batch) ?? { loss: await callStep(program, batch), gradients: undefined },
    )
    kept.push(scalar, ...Object.values(gradients ?? {}))
    const loss = scalar.dataSync()[0]!
    for (const watch of watches) watch.afterStep?.(program, { count, loss, gradients, updates })
    return loss
  } finally {
    tf.dispose(kept)
  }
}
