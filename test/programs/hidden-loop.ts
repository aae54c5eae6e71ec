import * as tf from '@tensorflow/tfjs'
import type { Examples, Trainable } from '../../src/training/trainable.js'

export interface HiddenLoopSettings {
  /** Features of an example. */
  inputs?: number
  units?: number
  optimizer?: () => tf.Optimizer
  /** Without a nonlinearity. */
  linear?: boolean
  /** Goes up the gradient. */
  uphill?: boolean
}

/** A training loop by hand, two layers for three classes, that shows nothing of how it trains. */
export class HiddenLoop implements Trainable {
  readonly #hidden: tf.Variable
  readonly #output: tf.Variable
  readonly #optimizer: tf.Optimizer
  readonly #settings: HiddenLoopSettings

  constructor(settings: HiddenLoopSettings = {}) {
    const { inputs = 2, units = 16, optimizer = () => tf.train.adam(0.02) } = settings
    this.#settings = settings
    this.#hidden = tf.tidy(() => tf.variable(tf.randomNormal([inputs, units])))
    this.#output = tf.tidy(() => tf.variable(tf.randomNormal([units, 3], 0, 0.25)))
    this.#optimizer = optimizer()
  }

  predict(xs: Examples['xs']): tf.Tensor {
    return tf.tidy(() => tf.softmax(this.#logits(xs as tf.Tensor2D)))
  }

  loss({ xs, ys }: Examples): tf.Scalar {
    return tf.tidy(() => tf.losses.softmaxCrossEntropy(ys as tf.Tensor, this.#logits(xs as tf.Tensor2D)))
  }

  step(batch: Examples): tf.Scalar {
    const loss = this.loss(batch)
    const minimized = () => (this.#settings.uphill ? tf.neg<tf.Scalar>(this.loss(batch)) : this.loss(batch))
    this.#optimizer.minimize(minimized, false, [this.#hidden, this.#output])
    return loss
  }

  weights(): Record<string, tf.Variable> {
    return { hidden: this.#hidden, output: this.#output }
  }

  dispose(): void {
    tf.dispose([this.#hidden, this.#output])
    this.#optimizer.dispose()
  }

  #logits(xs: tf.Tensor2D): tf.Tensor {
    const hidden = xs.matMul(this.#hidden)
    return (this.#settings.linear ? hidden : tf.relu(hidden)).matMul(this.#output)
  }
}
