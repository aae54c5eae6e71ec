import * as tf from '@tensorflow/tfjs'
import type { Examples, Trainable } from '../../src/index.js'

/** One hidden layer and a softmax over three classes, with weights and a training step of its own. */
export class Classifier implements Trainable {
  private readonly hidden = tf.variable(tf.randomNormal([2, 16]))
  private readonly output = tf.variable(tf.randomNormal([16, 3], 0, 0.25))
  readonly optimizer = tf.train.adam(0.02)

  predict(xs: Examples['xs']): tf.Tensor {
    return tf.tidy(() => tf.softmax(this.logits(xs as tf.Tensor2D)))
  }

  loss({ xs, ys }: Examples): tf.Scalar {
    return tf.tidy(() => tf.losses.softmaxCrossEntropy(ys as tf.Tensor, this.logits(xs as tf.Tensor2D)))
  }

  step(batch: Examples): tf.Scalar {
    return this.optimizer.minimize(() => this.loss(batch), true, [this.hidden, this.output])!
  }

  weights(): Record<string, tf.Variable> {
    return { hidden: this.hidden, output: this.output }
  }

  dispose(): void {
    tf.dispose([this.hidden, this.output])
    this.optimizer.dispose()
  }

  private logits(xs: tf.Tensor2D): tf.Tensor {
    return tf.relu(xs.matMul(this.hidden)).matMul(this.output)
  }
}
