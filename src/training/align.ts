import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import type { LossDescription } from '../statistics/losses.js'
import { weightsOfClasses } from './class-weights.js'
import { tensorsOf } from './examples.js'
import type { CompiledModel } from './internals.js'
import type { Examples, TensorGroup } from './trainable.js'

/** A batch in the order and the shapes the model's train function takes. `owned`: made here, to be disposed. */
export interface AlignedExamples {
  inputs: tf.Tensor[]
  targets: tf.Tensor[]
  /** Weights of the examples, per output; empty without weights. */
  weights: tf.Tensor[]
  owned: tf.Tensor[]
}

/** Throws `InvalidArgumentError` when the examples do not fit the model's inputs and outputs. */
export function alignToModel(
  core: CompiledModel,
  batch: Examples,
  losses: readonly LossDescription[] | undefined,
): AlignedExamples {
  const given = { xs: tensorsOf(batch.xs, core.inputNames), ys: tensorsOf(batch.ys, core.outputNames) }
  assertCount('xs', given.xs, core.inputNames, 'input')
  assertCount('ys', given.ys, core.outputNames, 'output')
  const owned: tf.Tensor[] = []
  try {
    // Class indices must be floats: the sparse loss takes floor() of them, which integers do not have.
    const ys = given.ys.map((tensor, i) => {
      if (tensor.dtype === 'float32' || !losses?.[i]?.sparse) return tensor
      const floats = tensor.toFloat()
      owned.push(floats)
      return floats
    })
    const [inputs, targets] = standardize(core, given, ys)
    owned.push(...[...inputs, ...targets].filter((tensor) => ![...given.xs, ...ys].includes(tensor)))
    const weights = exampleWeights(core, batch, targets, given.ys)
    owned.push(...weights)
    // They outlive the tidy that the first use happens in.
    for (const tensor of owned) tf.keep(tensor)
    return { inputs, targets, weights, owned: [...new Set(owned)] }
  } catch (error) {
    tf.dispose(owned)
    throw error
  }
}

/** The inputs of the model, in its order. Throws `InvalidArgumentError` when they do not fit. */
export function inputsOf(core: CompiledModel, xs: TensorGroup): tf.Tensor[] {
  const inputs = tensorsOf(xs, core.inputNames)
  assertCount('xs', inputs, core.inputNames, 'input')
  const fits = core.inputs.every(({ shape }, i) => {
    const given = inputs[i]!.shape
    return shape.length === given.length && shape.every((size, axis) => size === null || size === given[axis])
  })
  if (fits) return inputs
  const given = inputs.map(({ shape }) => ({ shape: [null, ...shape.slice(1)] }))
  throw new InvalidArgumentError('xs', shapes(given), `what the model takes: ${shapes(core.inputs)}`)
}

function standardize(
  core: CompiledModel,
  given: { xs: tf.Tensor[]; ys: tf.Tensor[] },
  ys: tf.Tensor[],
): [tf.Tensor[], tf.Tensor[]] {
  try {
    // Labels without a last axis get one before shapes are compared: it must not outlive an error.
    return tf.tidy(() => core.standardizeUserDataXY(given.xs, ys, true, given.xs[0]!.shape[0]!))
  } catch (error) {
    inputsOf(core, given.xs)
    throw shapeError(error as Error, core, given)
  }
}

function assertCount(argument: string, tensors: tf.Tensor[], names: readonly string[], kind: string): void {
  if (tensors.length === names.length) return
  throw new InvalidArgumentError(
    argument,
    `${tensors.length} tensor${tensors.length === 1 ? '' : 's'}`,
    `one per ${kind} of the model: ${names.join(', ')}`,
  )
}

function shapeError(error: Error, core: CompiledModel, given: { xs: tf.Tensor[]; ys: tf.Tensor[] }): Error {
  return new InvalidArgumentError(
    'examples',
    `xs ${shapes(given.xs)} with ys ${shapes(given.ys)}`,
    `what the model takes: inputs ${shapes(core.inputs)}, outputs ${shapes(core.outputs)} (TensorFlow.js says: ${error.message})`,
    'label-shape',
  )
}

function shapes(tensors: ReadonlyArray<{ shape: Array<number | null> }>): string {
  return tensors.map(({ shape }) => `[${shape.map((size) => size ?? 'n').join(', ')}]`).join(' and ')
}

/** Sample weights times class weights, one tensor [examples] per output, or none. */
function exampleWeights(
  core: CompiledModel,
  batch: Examples,
  targets: tf.Tensor[],
  labels: tf.Tensor[],
): tf.Tensor[] {
  const { sampleWeight, classWeight } = batch
  if (!sampleWeight && !classWeight) return []
  const samples = sampleWeight ? perOutput(sampleWeight, core.outputNames, targets.length) : []
  return targets.map((target, i) =>
    tf.tidy(() => {
      const sample = samples[i]?.toFloat().flatten()
      const byClass = classWeight ? weightsOfClasses(target, labels[i]!, classWeight) : undefined
      if (sample && byClass) return tf.mul(sample, byClass)
      return (sample ?? byClass)!.clone()
    }),
  )
}

function perOutput(group: TensorGroup, names: readonly string[], outputs: number): tf.Tensor[] {
  const tensors = tensorsOf(group, names)
  if (tensors.length === outputs) return tensors
  if (tensors.length === 1) return Array.from({ length: outputs }, () => tensors[0]!)
  throw new InvalidArgumentError(
    'sampleWeight',
    `${tensors.length} tensors`,
    `one, or one per output (${outputs})`,
  )
}
