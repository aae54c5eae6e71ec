import * as tf from '@tensorflow/tfjs'

/** Points around the three corners of a triangle; the label is the corner. */
export function corners(count: number) {
  const labels = Array.from({ length: count }, (_, i) => i % 3)
  const points = labels.map((label, i) => {
    const angle = (label * 2 * Math.PI) / 3
    return [Math.cos(angle) + 0.4 * Math.sin(7 * i), Math.sin(angle) + 0.4 * Math.cos(11 * i)]
  })
  return { xs: tf.tensor2d(points), ys: tf.oneHot(labels, 3).toFloat() }
}
