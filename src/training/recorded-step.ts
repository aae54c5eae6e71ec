import * as tf from '@tensorflow/tfjs'
import { callStep } from './call-step.js'
import type { Run } from './recorded-run.js'
import type { Examples, Trainable } from './trainable.js'

/** A step whose numbers are still on the backend. */
export interface PendingStep {
  loss: tf.Scalar
  penalty: tf.Scalar | undefined
  metrics: tf.NamedTensorMap
}

/** An update that was made, with the gradients it used where they are known. Whoever made it hands both over. */
export interface MadeStep {
  loss: tf.Scalar
  gradients?: tf.NamedTensorMap | undefined
}

export interface StepOptions {
  step: number
  run: Run
  /** Record gradient norm and update ratio in the run. */
  probed: boolean
  metrics: boolean
  /** Makes the update, for somebody who looks on. Default: the program's own step. */
  make?: (() => Promise<MadeStep>) | undefined
}

/** Makes one update. */
export async function takeStep(
  program: Trainable,
  batch: Examples,
  { step, run, probed, metrics, make }: StepOptions,
): Promise<PendingStep> {
  const penalty = program.penalty?.()
  try {
    const loss = await (probed
      ? probeStep(program, batch, { step, run, make })
      : make
        ? lossOnly(await make())
        : callStep(program, batch))
    return { loss, penalty, metrics: metrics ? (program.metrics?.() ?? {}) : {} }
  } catch (error) {
    tf.dispose(penalty ?? [])
    throw error
  }
}

/** Moves steps from the backend into the record. False when a loss is not finite: it is the last one kept. */
export function readSteps(steps: readonly PendingStep[], run: Run): boolean {
  let finite = true
  for (const pending of steps) {
    if (finite) {
      const penalty = pending.penalty?.dataSync()[0] ?? 0
      const loss = pending.loss.dataSync()[0]! - penalty
      run.losses.push(loss)
      if (pending.penalty) run.penalties.push(penalty)
      for (const [name, metric] of Object.entries(pending.metrics)) {
        run.metrics[name] ??= []
        run.metrics[name].push(metric.dataSync()[0]!)
      }
      finite = Number.isFinite(loss)
    }
    disposeStep(pending)
  }
  return finite
}

export function disposeStep({ loss, penalty, metrics }: PendingStep): void {
  tf.dispose([loss, ...(penalty ? [penalty] : []), ...Object.values(metrics)])
}

function lossOnly({ loss, gradients }: MadeStep): tf.Scalar {
  tf.dispose(Object.values(gradients ?? {}))
  return loss
}

/** A step with its gradients, where the program hands them over. */
export const makeStep = async (program: Trainable, batch: Examples): Promise<MadeStep> =>
  program.stepWithGradients?.(batch) ?? { loss: await callStep(program, batch) }

/** A step that also records the size of its update relative to the weights and, where known, of its gradients. */
async function probeStep(
  program: Trainable,
  batch: Examples,
  { step, run, make }: Pick<StepOptions, 'step' | 'run' | 'make'>,
): Promise<tf.Scalar> {
  const before = Object.entries(program.weights()).map(([name, weight]) => [name, weight.clone()] as const)
  try {
    const { loss, gradients } = await (make ?? (() => makeStep(program, batch)))()
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
