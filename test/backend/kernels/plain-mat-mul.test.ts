import * as tf from '@tensorflow/tfjs'
import { describe, expect, it, vi } from 'vitest'
import { registerPlainMatMul } from '../../../src/backend/kernels/plain-mat-mul.js'
import { describeNative } from './on-native-backend.js'
import { bitsOf } from './published-gradient.js'

const sizes = [
  [64, 784, 10],
  [32, 16, 64],
  [1, 5, 3],
  [7, 1, 1],
  [0, 4, 2],
] as const

describeNative('fused matMul without activation', () => {
  describe.each(sizes)('of %i x %i by %i', (rows, inner, columns) => {
    it.each([
      [false, false, false],
      [false, false, true],
      [true, false, false],
      [false, true, true],
    ])(
      'transposed: %s, %s, with a bias: %s, gives the bits of TensorFlow.js',
      (transposeA, transposeB, biased) => {
        const bits = (inThreeDimensions: boolean) =>
          tf.tidy(() => {
            const a = tf.randomNormal(transposeA ? [inner, rows] : [rows, inner], 0, 1, 'float32', 1)
            const b = tf.randomNormal(transposeB ? [columns, inner] : [inner, columns], 0, 1, 'float32', 2)
            const bias = tf.randomNormal([columns], 0, 1, 'float32', 3)
            const dy = tf.randomNormal([rows, columns], 0, 1, 'float32', 4)
            const multiply = (...[x, y, z]: tf.Tensor[]) => {
              // Of three dimensions it is left to TensorFlow.js, which makes three of two.
              const [left, right] = [x!, y!].map((matrix) =>
                inThreeDimensions ? tf.expandDims(matrix, 0) : matrix,
              )
              const product = tf.fused.matMul({ a: left!, b: right!, transposeA, transposeB, bias: z })
              return tf.reshape(product, [rows, columns])
            }
            const inputs = biased ? [a, b, bias] : [a, b]
            return [multiply(...inputs), ...tf.grads(multiply)(inputs, dy)].map(bitsOf)
          })
        expect(bits(false)).toEqual(bits(true))
      },
    )
  })

  it('makes no reshapes', async () => {
    const { kernelNames, result } = await tf.profile(() =>
      tf.tidy(() => tf.fused.matMul({ a: tf.ones([2, 3]), b: tf.ones([3, 4]) })),
    )
    tf.dispose(result)
    expect(kernelNames).toContain('BatchMatMul')
    expect(kernelNames).not.toContain('Reshape')
  })

  it('with an activation is left to TensorFlow.js', () => {
    const values = tf.tidy(() => [
      ...tf.fused
        .matMul({
          a: [[1, -1]],
          b: tf.tensor2d([
            [1, -1],
            [3, 2],
          ]),
          activation: 'relu',
        })
        .dataSync(),
    ])
    expect(values).toEqual([0, 0])
  })

  it('of shapes that do not fit fails with the message of TensorFlow.js', () => {
    const [a, b] = [tf.ones([2, 3]), tf.ones([2, 3])]
    expect(() => tf.tidy(() => tf.fused.matMul({ a, b }))).toThrow('Error in fused matMul: inner shapes')
    tf.dispose([a, b])
  })

  it('VITEST_RECIPE_PLAIN_MAT_MUL=0 leaves it alone', () => {
    const fused: { matMul: typeof tf.fused.matMul } = tf.fused
    const replaced = fused.matMul
    const plain: typeof replaced = () => tf.zeros([1])
    fused.matMul = plain
    vi.stubEnv('VITEST_RECIPE_PLAIN_MAT_MUL', '0')
    registerPlainMatMul()
    const found = fused.matMul
    fused.matMul = replaced
    expect(found).toBe(plain)
  })

  it('is replaced once', () => {
    const before = tf.fused.matMul
    registerPlainMatMul()
    expect(tf.fused.matMul).toBe(before)
  })
})
