import * as tf from '@tensorflow/tfjs'
import { replaceGradient } from './replace-gradient.js'

interface Attributes {
  axis: number | number[]
}

/**
 * Gradients of sum and mean on `tensorflow`: dy is repeated. TensorFlow.js multiplies it with ones of the size of the
 * input, made in JavaScript and copied, and divides after that. The bits are the same.
 */
export function registerReductionGradients(): void {
  replaceGradient('Sum', {
    gradFunc: (dy, [x], attributes) => {
      const { kept, repeats } = reduction(x!, attributes as unknown as Attributes)
      return { x: () => repeat(tf.reshape(dy as tf.Tensor, kept), repeats) }
    },
  })
  replaceGradient('Mean', {
    gradFunc: (dy, [x], attributes) => {
      const { kept, repeats } = reduction(x!, attributes as unknown as Attributes)
      const count = tf.util.sizeFromShape(repeats)
      return { x: () => repeat(tf.div(tf.reshape(dy as tf.Tensor, kept), count), repeats) }
    },
  })
}

/** The shape of x with ones along the reduced axes, and how often each axis of that repeats to give the shape of x. */
function reduction({ shape }: tf.Tensor, { axis }: Attributes): { kept: number[]; repeats: number[] } {
  const axes = tf.util.parseAxisParam(axis, shape)
  return {
    kept: shape.map((length, i) => (axes.includes(i) ? 1 : length)),
    repeats: shape.map((length, i) => (axes.includes(i) ? length : 1)),
  }
}

function repeat(x: tf.Tensor, repeats: number[]): tf.Tensor {
  return repeats.every((times) => times === 1) ? x : tf.tile(x, repeats)
}
