import * as tf from '@tensorflow/tfjs'
import type { Examples, Trainable } from '../../src/training/trainable.js'

/**
 * One layer trained by hand whose weights are plain tensors. Each step disposes them, and puts others in their place;
 * with `fresh`, `weights()` gives copies that live until the next step.
 */
export class PlainWeights implements Trainable {
  protected taken = 0
  private plain: Record<'kernel' | 'bias', tf.Tensor>
  private lent: tf.Tensor[] = []

  constructor(private readonly options: { rate?: number; fresh?: boolean } = {}) {
    this.plain = tf.tidy(() => ({ kernel: tf.randomNormal([16, 4], 0, 0.25), bias: tf.zeros([4]) }))
  }

  weights(): tf.NamedTensorMap {
    if (!this.options.fresh) return this.plain
    const copies = { kernel: this.plain.kernel.clone(), bias: this.plain.bias.clone() }
    this.lent.push(copies.kernel, copies.bias)
    return copies
  }

  predict(xs: Examples['xs']): tf.Tensor {
    return tf.tidy(() => tf.softmax(logits(xs, this.plain.kernel, this.plain.bias)))
  }

  loss({ xs, ys }: Examples): tf.Scalar {
    return tf.tidy(() => lossOf(ys, logits(xs, this.plain.kernel, this.plain.bias)))
  }

  step({ xs, ys }: Examples): tf.Scalar {
    this.taken++
    const { kernel, bias } = this.plain
    const [loss, newKernel, newBias] = tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((w, b) => lossOf(ys, logits(xs, w!, b!)))([kernel, bias])
      const updated = (name: 'kernel' | 'bias', gradient: tf.Tensor) =>
        tf.sub(this.plain[name], tf.mul(gradient, this.rateOf(name)))
      return [value, updated('kernel', grads[0]!), updated('bias', grads[1]!)]
    }) as [tf.Scalar, tf.Tensor, tf.Tensor]
    this.dispose()
    this.plain = { kernel: newKernel, bias: newBias }
    return loss
  }

  dispose(): void {
    tf.dispose([this.plain.kernel, this.plain.bias, ...this.lent])
    this.lent = []
  }

  protected rateOf(_name: string): number {
    return this.options.rate ?? 0.1
  }
}

const logits = (xs: Examples['xs'], kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
  tf.tidy(() => tf.add(tf.matMul(xs as tf.Tensor2D, kernel as tf.Tensor2D), bias))

const lossOf = (ys: Examples['ys'], scores: tf.Tensor): tf.Scalar =>
  tf.tidy(() => tf.losses.softmaxCrossEntropy(ys as tf.Tensor, scores).asScalar())
