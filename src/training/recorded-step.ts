import * as tf from '@tensorflow/tfjs'
import { callStep } from './call-step.js'
import { readTogether } from './read-together.js'
import type { Run } from './recorded-run.js'
import type { Examples, Trainable } from './trainable.js'

/** A step whose numbers are still on the backend. */
export interface PendingStep {
  loss: tf.Scalar
  penalty: tf.Scalar | undefined
  metrics: tf.NamedTensorMap
  probe: Probe | undefined
}

/** Norms at a step, still on the backend. */
interface Probe {
  step: number
  gradient: tf.Scalar | undefined
  update: tf.Scalar
  weight: tf.Scalar
}

/** An update that was made, with the gradients it used where they are known. Whoever made it hands both over. */
export interface MadeStep {
  loss: tf.Scalar
  gradients?: tf.NamedTensorMap | undefined
}

export interface StepOptions {
  step: number
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
  { step, probed, metrics, make }: StepOptions,
): Promise<PendingStep> {
  const penalty = program.penalty?.()
  try {
    const { loss, probe } = probed
      ? await probeStep(program, batch, { step, make })
      : { loss: await (make ? lossOnly(await make()) : callStep(program, batch)), probe: undefined }
    return { loss, penalty, metrics: metrics ? (program.metrics?.() ?? {}) : {}, probe }
  } catch (error) {
    tf.dispose(penalty ?? [])
    throw error
  }
}

/**
 * Moves steps from the backend into the record, in one read. False when a loss is not finite: it is the last one kept.
 */
export function readSteps(steps: readonly PendingStep[], run: Run): boolean {
  const tensors = steps.flatMap(tensorsOf)
  const values = readTogether(tensors)
  const numbers = new Map(tensors.map((tensor, i) => [tensor, values[i]![0]!]))
  const numberOf = (tensor: tf.Tensor) => numbers.get(tensor)!
  let finite = true
  for (const { loss, penalty, metrics, probe } of steps) {
    if (probe) recordProbe(probe, run, numberOf)
    if (!finite) continue
    const share = penalty ? numberOf(penalty) : 0
    const value = numberOf(loss) - share
    run.losses.push(value)
    if (penalty) run.penalties.push(share)
    for (const [name, metric] of Object.entries(metrics)) {
      run.metrics[name] ??= []
      run.metrics[name].push(numberOf(metric))
    }
    finite = Number.isFinite(value)
  }
  tf.dispose(tensors)
  return finite
}

export function disposeStep(step: PendingStep): void {
  tf.dispose(tensorsOf(step))
}

function tensorsOf({ loss, penalty, metrics, probe }: PendingStep): tf.Tensor[] {
  return [
    loss,
    ...(penalty ? [penalty] : []),
    ...Object.values(metrics),
    ...(probe ? [...(probe.gradient ? [probe.gradient] : []), probe.update, probe.weight] : []),
  ]
}

function recordProbe(
  { step, gradient, update, weight }: Probe,
  run: Run,
  numberOf: (tensor: tf.Tensor) => number,
): void {
  if (gradient) run.gradientNorms.push({ step, value: numberOf(gradient) })
  const moved = numberOf(update)
  run.updateRatios.push({ step, value: moved === 0 ? 0 : moved / numberOf(weight) })
}

function lossOnly({ loss, gradients }: MadeStep): tf.Scalar {
  tf.dispose(Object.values(gradients ?? {}))
  return loss
}

/** A step with its gradients, where the program hands them over. */
export const makeStep = async (program: Trainable, batch: Examples): Promise<MadeStep> =>
  program.stepWithGradients?.(batch) ?? { loss: await callStep(program, batch) }

/** A step that also measures the size of its update relative to the weights and, where known, of its gradients. */
async function probeStep(
  program: Trainable,
  batch: Examples,
  { step, make }: Pick<StepOptions, 'step' | 'make'>,
): Promise<{ loss: tf.Scalar; probe: Probe }> {
  const before = Object.entries(program.weights()).map(([name, weight]) => [name, weight.clone()] as const)
  try {
    const { loss, gradients } = await (make ?? (() => makeStep(program, batch)))()
    const after = program.weights()
    const [update, weight, gradient] = tf.tidy(() => [
      normOf(before.map(([name, weight]) => tf.sub(after[name]!, weight))),
      normOf(before.map(([, weight]) => weight)),
      ...(gradients ? [normOf(Object.values(gradients))] : []),
    ])
    tf.dispose(Object.values(gradients ?? {}))
    return { loss, probe: { step, gradient, update: update!, weight: weight! } }
  } finally {
    tf.dispose(before.map(([, weight]) => weight))
  }
}

function normOf(tensors: tf.Tensor[]): tf.Scalar {
  if (tensors.length === 0) return tf.scalar(0)
  return tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor)))))
}
