import type * as tf from '@tensorflow/tfjs'
import type { LossDescription } from '../statistics/losses.js'

/** One or several tensors whose first axis counts the examples. */
export type TensorGroup = tf.Tensor | tf.Tensor[] | tf.NamedTensorMap

/** Labelled examples. The first axis of every tensor counts the examples. */
export interface Examples {
  xs: TensorGroup
  ys: TensorGroup
  /** Weight of each example in the loss, shape [examples]; one per output for several outputs. */
  sampleWeight?: TensorGroup
  /** Weight of each class in the loss, by class index, as in `model.fit({ classWeight })`. */
  classWeight?: Record<number, number>
}

/**
 * Anything that trains one step at a time: write this for a custom loop. A compiled LayersModel is adapted for
 * you. A check that needs an optional capability which is missing leaves that part out and says so.
 */
export interface Trainable {
  /** Predictions in inference mode. */
  predict(xs: Examples['xs']): tf.Tensor | tf.Tensor[]
  /** Mean loss over the batch in inference mode, without an update. */
  loss(batch: Examples): tf.Scalar
  /** One update in training mode; resolves to the loss before it. */
  step(batch: Examples): tf.Scalar | Promise<tf.Scalar>
  /** Trainable weights by name. */
  weights(): tf.NamedTensorMap | Record<string, tf.Variable>
  /** Frees everything the program owns. */
  dispose(): void

  /** What the loss computes, per output. Found out by probing when absent. */
  lossDescriptions?: LossDescription[] | undefined
  /** Mean loss of each output in inference mode, without example weights and penalties. */
  outputLosses?(batch: Examples): tf.Scalar[]
  /** The loss of `predictions`, which `predict` gave for this batch, without another forward pass. */
  lossOfPredictions?(predictions: tf.Tensor[], batch: Examples): tf.Scalar
  /** Names of the inputs and outputs, in the order the program takes them. */
  inputNames?: readonly string[]
  outputNames?: readonly string[]
  /** One update in training mode that also hands over the gradients it used. The caller disposes both. */
  stepWithGradients?(batch: Examples): { loss: tf.Scalar; gradients: tf.NamedTensorMap }
  /** Metrics of the last step, by name. The caller disposes them. */
  metrics?(): tf.NamedTensorMap
  /** The program's metrics on a batch, by name, in inference mode. */
  evaluateMetrics?(batch: Examples): Record<string, number>
  /** Predictions in training mode: batch normalisation uses the statistics of the batch. */
  predictInTraining?(xs: Examples['xs']): tf.Tensor | tf.Tensor[]
  /** Sets the weights of the last layer to zero, so that every prediction is the same. False: it cannot. */
  zeroHead?(): boolean
  /** Switches dropout and noise layers off. */
  disableDropout?(): void
  /** Leaves the weight penalty out of further steps. */
  disablePenalty?(): void
  /** Outputs of the layers in inference mode, in the order of `layers`; undefined where a layer has several. */
  activations?(xs: Examples['xs']): Array<tf.Tensor | undefined>
  /** The weight penalty that `step` adds to the loss. */
  penalty?(): tf.Scalar | undefined
  /** The optimizer in use; assigning another one replaces it. */
  optimizer?: tf.Optimizer
  /** The layers in order of computation, for messages and for structural evidence. */
  layers?: readonly tf.layers.Layer[]
  /** An independent copy with the same weights and optimizer state. Needed when a live program is given. */
  clone?(): Trainable | Promise<Trainable>
}

/** As much of a program as it takes to look at its predictions and layers. */
export type Viewed = Pick<
  Trainable,
  | 'predict'
  | 'weights'
  | 'dispose'
  | 'activations'
  | 'layers'
  | 'inputNames'
  | 'outputNames'
  | 'lossDescriptions'
  | 'disableDropout'
>

/**
 * What `expect()` takes: a factory (preferred: a fresh program at each call, unseeded, since the harness seeds
 * it) or a model (cloned, never changed).
 */
export type Subject =
  | tf.LayersModel
  | Trainable
  | (() => tf.LayersModel | Trainable | Promise<tf.LayersModel | Trainable>)
