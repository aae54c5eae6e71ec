import * as tf from '@tensorflow/tfjs'
import { type Conv2DAttributes, conv2DGeometry } from './conv2d-geometry.js'
import { frame } from './frame.js'
import { replaceKernel } from './replace-kernel.js'

interface Attributes extends Conv2DAttributes {
  filterShape: number[]
}

/**
 * Gives `wasm` the gradient of a convolution with respect to its filter, which the released backend lacks.
 *
 * That gradient is itself a convolution, so it runs on wasm's own vectorised kernel: slide `dy`, dilated by
 * the stride, over the padded input, with batch and channels exchanged.
 */
export function registerConv2DBackpropFilter(): void {
  replaceKernel('Conv2DBackpropFilter', 'wasm', ({ inputs, attrs }) => {
    const attributes = attrs as unknown as Attributes
    return tf.tidy(() => conv2DBackpropFilter(inputs.x as tf.Tensor4D, inputs.dy as tf.Tensor4D, attributes))
  })
}

function conv2DBackpropFilter(x: tf.Tensor4D, dy: tf.Tensor4D, attributes: Attributes): tf.Tensor4D {
  const geometry = conv2DGeometry(x.shape, attributes.filterShape, attributes, false)
  const { strideHeight, strideWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = geometry

  // Exactly the rows and columns that the forward pass visited, so that a 'valid' convolution with the dilated
  // dy yields filterHeight x filterWidth.
  const height = (outHeight - 1) * strideHeight + filterHeight
  const width = (outWidth - 1) * strideWidth + filterWidth
  const visited = frame(x, padInfo.top, padInfo.left, height, width)

  const image = tf.transpose(visited, [3, 1, 2, 0])
  const filter = tf.transpose(dy, [1, 2, 0, 3])
  const gradient = tf.conv2d(image, filter, 1, 'valid', 'NHWC', [strideHeight, strideWidth])
  return tf.transpose(gradient, [1, 2, 0, 3])
}
