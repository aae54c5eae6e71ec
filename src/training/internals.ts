import type * as tf from '@tensorflow/tfjs'

type LossFunction = (target: tf.Tensor, prediction: tf.Tensor) => tf.Tensor

/** The fields of a compiled LayersModel that TensorFlow.js does not declare but that its own training uses. */
export interface CompiledModel
  extends Omit<
    tf.LayersModel,
    'optimizer_' | 'loss' | 'makeTrainFunction' | 'calculateLosses' | 'trainableWeights'
  > {
  loss: string | LossFunction | Array<string | LossFunction> | Record<string, string | LossFunction>
  optimizer_: tf.Optimizer
  isOptimizerOwned: boolean
  lossFunctions: LossFunction[]
  trainableWeights: Array<{ read(): tf.Tensor; write(value: tf.Tensor): void }>
  metricsTensors: Array<[LossFunction, number]>
  makeTrainFunction(): (data: tf.Tensor[]) => tf.Scalar[]
  calculateLosses(): tf.Scalar[]
  standardizeUserDataXY(
    xs: tf.Tensor[],
    ys: tf.Tensor[],
    checkBatchAxis: boolean,
    batchSize: number,
  ): [tf.Tensor[], tf.Tensor[]]
}

/** A Sequential keeps the functional model that really trains in a field of its own. */
export function coreOf(model: tf.LayersModel): CompiledModel {
  const { model: inner } = model as unknown as { model?: tf.LayersModel }
  return (inner ?? model) as unknown as CompiledModel
}

/** Recognised by shape, not by class: several copies of TensorFlow.js may live in one process. */
export function isLayersModel(value: unknown): value is tf.LayersModel {
  return (
    typeof value === 'object' &&
    value !== null &&
    'layers' in value &&
    'predict' in value &&
    'getWeights' in value &&
    'compile' in value
  )
}
