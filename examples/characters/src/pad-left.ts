import * as tf from '@tensorflow/tfjs'

/**
 * Puts `steps` zeros in front of a sequence [n, time, width]: a convolution after it sees what came before a step,
 * and nothing later. TensorFlow.js 4.22 has no causal padding of its own.
 */
export class PadLeft extends tf.layers.Layer {
  static className = 'PadLeft'

  constructor(private readonly steps: number) {
    super({})
  }

  override computeOutputShape([examples, time, width]: tf.Shape): tf.Shape {
    return [examples!, time! + this.steps, width!]
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [sequence] = [inputs].flat()
    return tf.tidy(() =>
      tf.pad(sequence!, [
        [0, 0],
        [this.steps, 0],
        [0, 0],
      ]),
    )
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), steps: this.steps }
  }
}
