import * as tf from '@tensorflow/tfjs'
import { expect, test, vi } from 'vitest'
import { digestOf } from '../../src/memo/content.js'

test('numbers that the backend has to itself are read twice', () => {
  const tensor = tf.tidy(() => tf.range(0, 100).mul(2))
  const reads = vi.spyOn(tensor, 'dataSync')
  const digests = Array.from({ length: 5 }, () => digestOf(tensor))
  expect(new Set(digests).size).toBe(1)
  // The backend in JavaScript hands out what it holds.
  expect(reads).toHaveBeenCalledTimes(tf.getBackend() === 'cpu' ? 5 : 2)
})

test('numbers of an array that changes are read each time, until the backend has its own', () => {
  const values = Float32Array.from({ length: 100 }, (_, i) => i)
  const tensor = tf.tensor1d(values)
  const digestNow = () => digestOf(tensor) === digestOf(tf.tensor1d(tensor.dataSync().slice()))
  for (let change = 0; change < 4; change++) {
    values[change] = -1
    expect(digestNow()).toBe(true)
  }
  tensor.square().dispose()
  for (let change = 4; change < 8; change++) {
    values[change] = -1
    expect(digestNow()).toBe(true)
  }
})
