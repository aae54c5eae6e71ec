import * as tf from '@tensorflow/tfjs'
import type { Examples, Trainable } from 'vitest-recipe'
import { clipByGlobalNorm } from './clip'
import { learningRateAt } from './schedule'

const longestGradient = 1

/** A digit classifier with a training step of its own: dropout, clipped gradients, a schedule of learning rates. */
export class DigitProgram implements Trainable {
  private readonly model: tf.Sequential
  private readonly momentum = tf.train.momentum(learningRateAt(1), 0.9)
  private dropout = true
  private steps = 0

  /** Another optimizer may take the place of the program's own; the schedule is for its own alone. */
  optimizer: tf.Optimizer = this.momentum

  constructor(units: number) {
    this.model = tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [784], units, activation: 'relu' }),
        tf.layers.dropout({ rate: 0.2 }),
        tf.layers.dense({ units: 10 }),
      ],
    })
  }

  predict(xs: Examples['xs']): tf.Tensor {
    return tf.tidy(() => tf.softmax(this.logits(xs, false)))
  }

  loss(batch: Examples): tf.Scalar {
    return this.crossEntropy(batch, false)
  }

  step(batch: Examples): tf.Scalar {
    const { loss, gradients } = this.stepWithGradients(batch)
    tf.dispose(gradients)
    return loss
  }

  stepWithGradients(batch: Examples) {
    this.steps++
    this.momentum.setLearningRate(learningRateAt(this.steps))
    return tf.tidy(() => {
      const { value: loss, grads } = tf.variableGrads(() => this.crossEntropy(batch, this.dropout))
      const gradients = clipByGlobalNorm(grads, longestGradient)
      this.optimizer.applyGradients(gradients)
      return { loss, gradients }
    })
  }

  weights(): Record<string, tf.Variable> {
    const variables = this.model.trainableWeights.map((weight) => weight.read() as tf.Variable)
    return Object.fromEntries(variables.map((variable) => [variable.name, variable]))
  }

  get layers(): tf.layers.Layer[] {
    return this.model.layers
  }

  activations(xs: Examples['xs']): tf.Tensor[] {
    const outputs: tf.Tensor[] = []
    let input = xs as tf.Tensor
    for (const layer of this.layers) {
      input = layer.apply(input) as tf.Tensor
      outputs.push(input)
    }
    return outputs
  }

  disableDropout(): void {
    this.dropout = false
  }

  dispose(): void {
    this.model.dispose()
    this.momentum.dispose()
  }

  private crossEntropy({ xs, ys }: Examples, training: boolean): tf.Scalar {
    return tf.tidy(() => {
      const labels = tf.oneHot(ys as tf.Tensor1D, 10)
      return tf.losses.softmaxCrossEntropy(labels, this.logits(xs, training)) as tf.Scalar
    })
  }

  private logits(xs: Examples['xs'], training: boolean): tf.Tensor2D {
    return this.model.apply(xs as tf.Tensor, { training }) as tf.Tensor2D
  }
}
