import * as tf from '@tensorflow/tfjs'
import { type Conv2DAttributes, conv2DGeometry } from './conv2d-geometry.js'
import { frame } from './frame.js'
import { replaceKernel } from './replace-kernel.js'

interface Attributes extends Conv2DAttributes {
  inputShape: number[]
}

/**
 * Speeds up the gradient of a convolution with respect to its input on `wasm` (also the forward pass of
 * `conv2dTranspose`). The released kernel is a scalar loop; this runs the same sum on wasm's vectorised
 * convolution: `dy` spread out by the stride and padded, convolved with the flipped filter.
 */
export function registerConv2DBackpropInput(): void {
  replaceKernel('Conv2DBackpropInput', 'wasm', ({ inputs, attrs }) => {
    const attributes = attrs as unknown as Attributes
    return tf.tidy(() =>
      conv2DBackpropInput(inputs.dy as tf.Tensor4D, inputs.filter as tf.Tensor4D, attributes),
    )
  })
}

function conv2DBackpropInput(dy: tf.Tensor4D, filter: tf.Tensor4D, attributes: Attributes): tf.Tensor4D {
  const geometry = conv2DGeometry(attributes.inputShape, filter.shape, attributes, false)
  const { inHeight, inWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = geometry

  const spreadOut = spread(spread(dy, 1, strideHeight), 2, strideWidth)
  const framed = frame(
    spreadOut,
    filterHeight - 1 - padInfo.top,
    filterWidth - 1 - padInfo.left,
    inHeight + filterHeight - 1,
    inWidth + filterWidth - 1,
  )

  const flipped = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2])
  return tf.conv2d(framed, flipped, 1, 'valid')
}

/** Inserts `stride - 1` zeros after every entry along an axis. */
function spread(x: tf.Tensor4D, axis: 1 | 2, stride: number): tf.Tensor4D {
  if (stride === 1) return x
  const separate = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]
  const padding = separate.map((_, i): [number, number] => (i === axis + 1 ? [0, stride - 1] : [0, 0]))
  const merged = [...x.shape] as [number, number, number, number]
  merged[axis] = x.shape[axis] * stride
  return tf.reshape(tf.pad(tf.reshape(x, separate), padding), merged)
}
