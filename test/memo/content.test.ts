import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/memo/content.js'

// TensorFlow computes on the memory of the array itself where that is aligned, and on a copy elsewhere.
test.each([0, 1, 2, 3])('numbers of an array that changes are read each time, at offset %i', (offset) => {
  const values = new Float32Array(new ArrayBuffer(4096), 4 * offset, 100)
  for (let i = 0; i < 100; i++) values[i] = i
  const tensor = tf.tensor1d(values)
  const digestNow = () => digestOf(tensor) === digestOf(tf.tensor1d(tensor.dataSync().slice()))
  for (let change = 0; change < 8; change++) {
    if (change === 4) tensor.square().dispose()
    values[change] = -1
    expect(digestNow()).toBe(true)
  }
})
