import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs'
import type * as tfn from '@tensorflow/tfjs-node'
import { describe, expect, it, vi } from 'vitest'
import { replaceKernel } from '../../../src/backend/kernels/replace-kernel.js'
import { registerSharedReshape } from '../../../src/backend/kernels/shared-reshape.js'
import { describeNative } from './on-native-backend.js'

describeNative('reshapes and casts that change nothing', () => {
  /** A tensor in native memory: until an operation needs them, values stay in JavaScript. */
  const native = (values: number[], shape: number[]) =>
    tf.tidy(() => tf.add(tf.tensor(values, shape), tf.scalar(0)))

  const unchanged: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    'a reshape': (x) => tf.reshape(x, x.shape),
    'a cast': (x) => tf.cast(x, 'float32'),
  }

  describe.each(Object.entries(unchanged))('%s', (_, operation) => {
    it('shares the data, and either tensor can go first', () => {
      for (const first of [0, 1]) {
        const x = native([1, 2, 3, 4, 5, 6], [2, 3])
        const { numDataBuffers } = tf.memory()
        const pair = [x, operation(x)]
        expect(tf.memory().numDataBuffers).toBe(numDataBuffers)
        pair[first]!.dispose()
        const left = pair[1 - first]!
        expect([...left.dataSync()]).toEqual([1, 2, 3, 4, 5, 6])
        expect(left.shape).toEqual([2, 3])
        left.dispose()
      }
    })

    it('shares values that no operation has needed yet', () => {
      const x = tf.tensor2d([1, 2], [1, 2])
      const result = operation(x)
      x.dispose()
      expect(tf.tidy(() => [...tf.mul(result, 2).dataSync()])).toEqual([2, 4])
      result.dispose()
    })

    it('has its gradient', () => {
      const gradient = tf.tidy(() => [
        ...tf
          .grad((x: tf.Tensor) => tf.sum(tf.square(operation(x))))(native([1, -2], [1, 2]))
          .dataSync(),
      ])
      expect(gradient).toEqual([2, -4])
    })

    it('survives that a variable it came from is assigned to', () => {
      const first = native([1, 2], [2])
      const variable = tf.variable(first)
      const result = operation(variable)
      const next = native([3, 4], [2])
      variable.assign(next)
      expect([...result.dataSync()]).toEqual([1, 2])
      tf.dispose([first, variable, result, next])
    })
  })

  it.each([
    [
      [2, 3],
      [3, 2],
    ],
    [[2, 3], [6]],
    [[6], [1, 6]],
    [
      [2, 3],
      [-1, 3],
    ],
    [[0, 3], [0]],
    [[1], []],
  ])('a reshape of %j to %j is what it was', (from, to) => {
    tf.tidy(() => {
      const count = tf.util.sizeFromShape(from)
      const x = native([...Array(count).keys()], from)
      const result = tf.reshape(x, to)
      expect(result.shape).toEqual(to.map((length) => (length === -1 ? 2 : length)))
      // Native operations see the new shape, not only TensorFlow.js.
      expect([...tf.add(result, tf.ones(result.shape)).dataSync()]).toEqual(
        [...Array(count).keys()].map((i) => i + 1),
      )
    })
  })

  it.each(['int32', 'bool'] as const)('a cast to %s converts', (dtype) => {
    tf.tidy(() => {
      const result = tf.cast(native([0, 1.7, -2.2], [3]), dtype)
      expect(result.dtype).toBe(dtype)
      expect([...result.dataSync()]).toEqual(dtype === 'bool' ? [0, 1, 1] : [0, 1, -2])
      expect([...tf.cast(result, dtype).dataSync()]).toEqual([...result.dataSync()])
    })
  })

  it.each([
    ['cast', (x: tf.Tensor) => tf.cast(x, 'int32')],
    ['reshape', (x: tf.Tensor) => tf.reshape(x, x.shape)],
  ])('a %s of the bytes of an image makes integers of them', async (_, operation) => {
    const { node } = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof tfn
    const pixels = tf.tensor3d([1, 2, 3, 250, 5, 6], [1, 2, 3], 'int32')
    const image = node.decodePng(await node.encodePng(pixels))
    const result = operation(image)
    const sum = tf.tidy(() => [...tf.add(result, tf.scalar(10, 'int32')).dataSync()])
    tf.dispose([pixels, image, result])
    expect(sum).toEqual([11, 12, 13, 260, 15, 16])
  })

  it('VITEST_RECIPE_SHARED_RESHAPE=0 leaves the kernels of tfjs-node', () => {
    const kernel = tf.getKernel('Reshape', 'tensorflow').kernelFunc
    const plain: tf.KernelFunc = () => []
    replaceKernel('Reshape', 'tensorflow', plain)
    vi.stubEnv('VITEST_RECIPE_SHARED_RESHAPE', '0')
    registerSharedReshape()
    const found = tf.getKernel('Reshape', 'tensorflow').kernelFunc
    replaceKernel('Reshape', 'tensorflow', kernel)
    expect(found).toBe(plain)
  })

  it('registers once', () => {
    const kernel = tf.getKernel('Cast', 'tensorflow')
    registerSharedReshape()
    expect(tf.getKernel('Cast', 'tensorflow')).toBe(kernel)
  })
})
