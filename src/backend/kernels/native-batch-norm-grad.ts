import * as tf from '@tensorflow/tfjs'
import { float32, type NativeBackend } from './native-backend.js'
import { replaceGradient } from './replace-gradient.js'
import { replaceKernel } from './replace-kernel.js'

const kernelName = 'VitestRecipeFusedBatchNormGrad'

/**
 * The gradient of batch normalisation on `tensorflow`. TensorFlow.js composes it from about thirty operations, ten of
 * them over the whole batch. Here one native operation makes those of the input, scale and offset; those of mean
 * and variance follow from them channel by channel. Sums run in another order: equal to about 1e-6 of the largest entry.
 */
export function registerNativeBatchNormGrad(): void {
  replaceKernel(kernelName, 'tensorflow', ({ inputs, attrs, backend }) => {
    const native = backend as NativeBackend
    const { binding } = native
    const { x, dy, scale, mean, variance } = inputs as Record<string, tf.TensorInfo>
    const attributes = [
      float32(native),
      float32(native, 'U'),
      { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: (attrs as Attributes).varianceEpsilon },
      { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
      // Mean and variance are inputs here, with gradients of their own.
      { name: 'is_training', type: binding.TF_ATTR_BOOL, value: false },
    ]
    const operands = [dy!, x!, scale!, mean!, variance!, variance!]
    const outputs = native.executeMultipleOutputs('FusedBatchNormGradV3', attributes, operands, 5)
    tf.dispose(outputs.slice(3))
    return outputs.slice(0, 3)
  })
  replaceGradient('FusedBatchNorm', { applies: isPerChannel, gradFunc: gradient })
}

type Attributes = tf.NamedAttrMap & { varianceEpsilon: number }

const isPerChannel = ([x, mean]: tf.Tensor[]): boolean => x!.rank === 4 && mean!.rank === 1 && x!.size > 0

const gradient: tf.GradFunc = (dy, saved, attributes) => {
  const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
  const { varianceEpsilon } = attributes as Attributes
  const inputs = { x, dy: dy as tf.Tensor, scale, mean, variance }
  const [dx, dScale, dOffset] = tf.engine().runKernel(kernelName, inputs, { varianceEpsilon }) as tf.Tensor[]
  const inverse = tf.rsqrt(tf.add(variance, varianceEpsilon))
  const slope = tf.mul(inverse, scale)
  return {
    x: () => dx!,
    mean: () => tf.neg(tf.mul(dOffset!, slope)),
    variance: () => tf.mul(tf.mul(tf.mul(dScale!, slope), inverse), -0.5),
    scale: () => dScale!,
    offset: () => dOffset!,
  }
}
