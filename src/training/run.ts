import * as tf from '@tensorflow/tfjs'
import { mixSeed, withSeed } from './seed.js'
import type { Examples, Trainable } from './trainable.js'

/** Why a run ended. */
export type RunEnd = 'steps' | 'done' | 'plateau' | 'non-finite' | 'deadline' | 'aborted'

/** What was recorded while a program trained. */
export interface Run {
  /** Training loss before each update, without the weight penalty. */
  losses: number[]
  /** Weight penalty before each update; empty for programs without one. */
  penalties: number[]
  /** Euclidean norm of all gradients, by step; every `probeEvery` steps. */
  gradientNorms: Array<{ step: number; value: number }>
  /** Norm of the update over norm of the weights (Infinity from weights of zero), by step; every `probeEvery` steps. */
  updateRatios: Array<{ step: number; value: number }>
  /** Mean seconds per step, readings and probes included. */
  secondsPerStep: number
  end: RunEnd
}

/** What can stop a run before its last step, and who hears of its progress. */
export interface RunControl {
  /** Aborted by the runner: the run stops at the next step. */
  signal?: AbortSignal
  /** `performance.now()` at which to stop. */
  deadline?: number
  onProgress?: (progress: { step: number; steps: number; loss: number }) => void
}

export interface RunOptions extends RunControl {
  steps: number
  /** Seeds what the steps draw: dropout masks, noise layers. */
  seed: number
  /** Called after each reading with all losses so far and the record; a reason ends the run. */
  until?: (losses: readonly number[], run: Readonly<Run>) => 'done' | 'plateau' | undefined
  /** Record gradient norm and update ratio at the first and then every so many steps; 0: never. Default 0. */
  probeEvery?: number
  /** Read losses back every so many steps, so that an accelerator need not wait at each. Default 8. */
  readEvery?: number
}

/** Timers and the runner's messages get a turn this often: a training loop never yields by itself. */
const YIELD_MILLISECONDS = 50

/**
 * Trains `program` on what `nextBatch(step)` gives (disposed by the caller's iterator, not here) and records
 * the run. Ends early when a loss is not finite, when `until` says so, at the deadline or on abort; whatever
 * was recorded until then is returned.
 */
export function trainProgram(
  program: Trainable,
  nextBatch: (step: number) => Examples,
  options: RunOptions,
): Promise<Run> {
  return withSeed(mixSeed(options.seed, 'run'), () => runSteps(program, nextBatch, options))
}

async function runSteps(
  program: Trainable,
  nextBatch: (step: number) => Examples,
  { steps, until, probeEvery = 0, readEvery = 8, signal, deadline = Infinity, onProgress }: RunOptions,
): Promise<Run> {
  const run: Run = {
    losses: [],
    penalties: [],
    gradientNorms: [],
    updateRatios: [],
    secondsPerStep: 0,
    end: 'steps',
  }
  let pending: Array<{ loss: tf.Scalar; penalty: tf.Scalar | undefined }> = []
  let yielded = performance.now()
  const started = yielded
  try {
    for (let step = 0; step < steps; step++) {
      const batch = nextBatch(step)
      const probed = probeEvery > 0 && step % probeEvery === 0
      const penalty = program.penalty?.()
      try {
        const loss = probed ? await probeStep(program, batch, step, run) : await program.step(batch)
        pending.push({ loss, penalty })
      } catch (error) {
        tf.dispose(penalty ?? [])
        throw error
      }
      if (pending.length >= readEvery || step === steps - 1) {
        const finite = read(pending, run)
        pending = []
        const reason = finite ? until?.(run.losses, run) : 'non-finite'
        if (reason) {
          run.end = reason
          break
        }
      }
      const now = performance.now()
      if (now - yielded > YIELD_MILLISECONDS) {
        onProgress?.({ step: step + 1, steps, loss: run.losses.at(-1) ?? Number.NaN })
        await new Promise<void>((resolve) => setImmediate(resolve))
        yielded = performance.now()
        if (signal?.aborted || yielded > deadline) {
          run.end = signal?.aborted ? 'aborted' : 'deadline'
          break
        }
      }
    }
    read(pending, run)
    pending = []
  } finally {
    for (const { loss, penalty } of pending) tf.dispose([loss, ...(penalty ? [penalty] : [])])
  }
  run.secondsPerStep = (performance.now() - started) / 1000 / Math.max(run.losses.length, 1)
  return run
}

/** Moves losses from the backend into the record. False when one of them is not finite: it is the last kept. */
function read(pending: Array<{ loss: tf.Scalar; penalty: tf.Scalar | undefined }>, run: Run): boolean {
  let finite = true
  for (const { loss, penalty } of pending) {
    if (finite) {
      const penaltyValue = penalty?.dataSync()[0] ?? 0
      const value = loss.dataSync()[0]! - penaltyValue
      run.losses.push(value)
      if (penalty) run.penalties.push(penaltyValue)
      finite = Number.isFinite(value)
    }
    tf.dispose([loss, ...(penalty ? [penalty] : [])])
  }
  return finite
}

/** A step that also records the size of its update relative to the weights and, where known, of its gradients. */
async function probeStep(program: Trainable, batch: Examples, step: number, run: Run): Promise<tf.Scalar> {
  const before = Object.entries(program.weights()).map(([name, weight]) => [name, weight.clone()] as const)
  try {
    const { loss, gradients } = program.stepWithGradients?.(batch) ?? {
      loss: await program.step(batch),
      gradients: undefined,
    }
    const after = program.weights()
    const [gradientNorm, updateNorm, weightNorm] = tf.tidy(() => [
      gradients && normOf(Object.values(gradients)),
      normOf(before.map(([name, weight]) => tf.sub(after[name]!, weight))),
      normOf(before.map(([, weight]) => weight)),
    ])
    tf.dispose(Object.values(gradients ?? {}))
    if (gradientNorm !== undefined) run.gradientNorms.push({ step, value: gradientNorm })
    run.updateRatios.push({ step, value: updateNorm === 0 ? 0 : updateNorm! / weightNorm! })
    return loss
  } finally {
    tf.dispose(before.map(([, weight]) => weight))
  }
}

function normOf(tensors: tf.Tensor[]): number {
  if (tensors.length === 0) return 0
  return tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))))).dataSync()[0]!
}
