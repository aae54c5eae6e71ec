import * as tf from '@tensorflow/tfjs'
import { describe, expect, it, vi } from 'vitest'
import { registerNativeGradients } from '../../../src/backend/kernels/native-gradients.js'
import { spacedValues } from './gradient-error.js'
import { describeNative } from './on-native-backend.js'
import { bitsOf, specialPairs, withPublishedGradients } from './published-gradient.js'

type Operation = (x: tf.Tensor) => tf.Tensor

const elementwise: Record<string, { operation: Operation; kernel: string; ulps?: number }> = {
  tanh: { operation: (x) => tf.tanh(x), kernel: 'VitestRecipeTanhGrad' },
  sigmoid: { operation: (x) => tf.sigmoid(x), kernel: 'VitestRecipeSigmoidGrad', ulps: 2 },
  clip: { operation: (x) => tf.clipByValue(x, -0.5, 0.5), kernel: 'VitestRecipeClipByValueGrad' },
  'clip at zero': { operation: (x) => tf.clipByValue(x, 0, 1), kernel: 'VitestRecipeClipByValueGrad' },
}

const reductions: Record<string, { operation: Operation; shape: number[] }> = {
  'sum of all': { operation: (x) => tf.sum(x), shape: [3, 5] },
  'sum of a scalar': { operation: (x) => tf.sum(x), shape: [] },
  'sum of the last axis': { operation: (x) => tf.sum(x, -1), shape: [7, 3] },
  'sum of two axes, kept': { operation: (x) => tf.sum(x, [0, 2], true), shape: [2, 3, 5] },
  'sum along one': { operation: (x) => tf.sum(x, 0), shape: [1, 4] },
  'sum in six dimensions': { operation: (x) => tf.sum(x, [1, 4]), shape: [2, 3, 1, 2, 3, 2] },
  'sum of nothing': { operation: (x) => tf.sum(x, 0), shape: [0, 3] },
  'mean of all': { operation: (x) => tf.mean(x), shape: [7, 3] },
  'mean of two axes': { operation: (x) => tf.mean(x, [1, 2]), shape: [2, 3, 3, 2] },
  'mean in six dimensions, kept': { operation: (x) => tf.mean(x, [0, 5], true), shape: [3, 1, 2, 1, 2, 7] },
  'mean along one': { operation: (x) => tf.mean(x, 1), shape: [5, 1] },
}

describeNative('native gradients', () => {
  const gradientBits = (operation: Operation, x: () => tf.Tensor, dy: () => tf.Tensor): number[] =>
    tf.tidy(() => bitsOf(tf.grad(operation)(x(), dy())))

  async function kernelsOf(compute: () => unknown): Promise<string[]> {
    const { kernelNames, result } = await tf.profile(() => {
      compute()
      return tf.scalar(0)
    })
    tf.dispose(result)
    return kernelNames
  }

  describe.each(Object.entries(elementwise))('of %s', (_, { operation, kernel, ulps = 0 }) => {
    const { xs, dys } = specialPairs()
    const [manyXs, manyDys] = [
      spacedValues(4099, { gap: 0.37 }),
      spacedValues(4099, { seed: 2, gap: 0.11 }).map((dy) => dy / 3),
    ]

    it.each([
      ['ordinary numbers', manyXs, manyDys],
      ['small numbers', manyXs.map((x) => x / 1000), manyDys],
      ['a single number', [0.3], [0.7]],
      ['special numbers', xs, dys],
    ])('is what TensorFlow.js composes, for %s', (_name, x, dy) => {
      const native = gradientBits(
        operation,
        () => tf.tensor1d(x),
        () => tf.tensor1d(dy),
      )
      const composed = withPublishedGradients(() =>
        gradientBits(
          operation,
          () => tf.tensor1d(x),
          () => tf.tensor1d(dy),
        ),
      )
      const farthest = native.reduce((most, bits, i) => Math.max(most, Math.abs(bits - composed[i]!)), 0)
      expect(farthest).toBeLessThanOrEqual(ulps)
    })

    it('is a kernel of its own, except within another gradient', async () => {
      const gradient = () =>
        gradientBits(
          operation,
          () => tf.tensor1d([0.1, 2]),
          () => tf.tensor1d([1, 1]),
        )
      expect(await kernelsOf(gradient)).toContain(kernel)
      expect(await kernelsOf(() => withPublishedGradients(gradient))).not.toContain(kernel)
    })
  })

  it.each(Object.entries(reductions))('of %s is what TensorFlow.js composes', (_, { operation, shape }) => {
    const x = () => tf.randomNormal(shape, 0, 1, 'float32', 7)
    const dy = () => tf.randomNormal(operation(x()).shape, 0, 1, 'float32', 8)
    const native = gradientBits(operation, x, dy)
    expect(native).toEqual(withPublishedGradients(() => gradientBits(operation, x, dy)))
    expect(native).toHaveLength(tf.util.sizeFromShape(shape))
  })

  // As far as TensorFlow.js goes: it cannot differentiate what it saves of outputs, nor the comparisons of clipping.
  it.each([
    ['tanh', (x: tf.Tensor) => tf.square(tf.tanh(x))],
    ['sigmoid', (x: tf.Tensor) => tf.square(tf.sigmoid(x))],
    ['relu', (x: tf.Tensor) => tf.square(tf.relu(x))],
    ['mean', (x: tf.Tensor) => tf.square(tf.mean(tf.square(x), 0))],
    ['sum', (x: tf.Tensor) => tf.square(tf.sum(tf.square(x), 0))],
  ])('a gradient of the gradient of %s is that of another backend', async (_, operation: Operation) => {
    const secondOrder = () =>
      tf.tidy(() => [
        ...tf
          .grad((x: tf.Tensor) => tf.sum(tf.square(tf.grad((z: tf.Tensor) => tf.sum(operation(z)))(x))))(
            tf.tensor1d([-2, -0.4, 0.3, 1.7]),
          )
          .dataSync(),
      ])
    const native = secondOrder()
    await tf.setBackend('cpu')
    const reference = secondOrder()
    await tf.setBackend('tensorflow')
    for (const [i, value] of reference.entries()) expect(native[i]).toBeCloseTo(value, 4)
  })

  it('VITEST_RECIPE_NATIVE_GRADIENTS=0 leaves those of TensorFlow.js', () => {
    const gradient = tf.getGradient('Tanh')
    const plain = { ...gradient, gradFunc: () => ({}) }
    tf.registerGradient(plain)
    vi.stubEnv('VITEST_RECIPE_NATIVE_GRADIENTS', '0')
    registerNativeGradients()
    const found = tf.getGradient('Tanh')
    tf.registerGradient(gradient)
    expect(found).toBe(plain)
  })

  it('registers once', () => {
    const names = ['Tanh', 'Sigmoid', 'ClipByValue', 'FusedBatchNorm', 'Sum', 'Mean']
    const before = names.map((name) => tf.getGradient(name))
    registerNativeGradients()
    expect(names.map((name) => tf.getGradient(name))).toEqual(before)
  })
})
