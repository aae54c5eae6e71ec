import * as tf from '@tensorflow/tfjs'

/**
 * The `height` x `width` view of NHWC images that starts `top` rows above and `left` columns before them,
 * zero outside the images. Negative offsets start inside.
 */
export function frame(x: tf.Tensor4D, top: number, left: number, height: number, width: number): tf.Tensor4D {
  const [batch, rows, columns, channels] = x.shape
  const bottom = height - top - rows
  const right = width - left - columns
  const sides = [top, bottom, left, right]
  let framed = x
  if (sides.some((side) => side > 0)) {
    framed = tf.pad(x, [
      [0, 0],
      [Math.max(0, top), Math.max(0, bottom)],
      [Math.max(0, left), Math.max(0, right)],
      [0, 0],
    ])
  }
  if (sides.some((side) => side < 0)) {
    framed = tf.slice(framed, [0, Math.max(0, -top), Math.max(0, -left), 0], [batch, height, width, channels])
  }
  return framed
}
