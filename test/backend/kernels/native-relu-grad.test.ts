import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registerNativeReluGrad } from '../../../src/backend/kernels/native-relu-grad.js'
import { locateNativeAddon } from '../../../src/backend/locate.js'
import { selectBackend } from '../../../src/backend/select.js'
import { spacedValues } from './gradient-error.js'

const isNativeHere = locateNativeAddon(process.cwd())?.state === 'ready'

describe.runIf(isNativeHere)('native ReluGrad', () => {
  let backendBefore: string | undefined

  beforeAll(async () => {
    backendBefore = tf.getBackend()
    await selectBackend({ backend: 'tensorflow', root: process.cwd() })
  })

  afterAll(async () => {
    if (backendBefore) await tf.setBackend(backendBefore)
  })

  /** What TensorFlow.js composes: dy * step(x). */
  const composed = (x: tf.Tensor, dy: tf.Tensor) => tf.mul(dy, tf.cast(tf.step(x), 'float32'))
  const viaGradient = (x: tf.Tensor, dy: tf.Tensor) => tf.grad((input) => tf.relu(input))(x, dy)
  const bitsOf = (tensor: tf.Tensor) => [
    ...new Uint32Array((tensor.dataSync() as Float32Array).slice().buffer),
  ]

  it('is what the gradient of relu runs', async () => {
    const profile = await tf.profile(() =>
      tf.tidy(() => viaGradient(tf.tensor1d([1, -1]), tf.tensor1d([2, 3]))),
    )
    expect(profile.kernelNames).toContain('VitestRecipeReluGrad')
  })

  it('gives the bits of the composed gradient, at zero, negative zero and infinity too', () => {
    const special = [0, -0, 1e-38, -1e-38, 1e-45, -1e-45, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const upstream = [1, -1, 0, -0, 1e-45, 1e38, Number.NaN, Number.POSITIVE_INFINITY]
    const xs = [...special.flatMap((x) => upstream.map(() => x)), ...spacedValues(4096, { gap: 0.37 })]
    const dys = [...special.flatMap(() => upstream), ...spacedValues(4096, { seed: 2, gap: 0.11 })]
    tf.tidy(() => {
      const x = tf.tensor1d(xs)
      const dy = tf.tensor1d(dys)
      expect(bitsOf(viaGradient(x, dy))).toEqual(bitsOf(composed(x, dy)))
    })
  })

  it('within another gradient is composed, so that it has a gradient', () => {
    const penalty = (x: tf.Tensor) => tf.sum(tf.square(tf.grad((z: tf.Tensor) => tf.square(tf.relu(z)))(x)))
    const gradient = tf.tidy(() => [
      ...tf
        .grad(penalty)(tf.tensor1d([3, -1, 0.5]))
        .dataSync(),
    ])
    // The sum of (2 relu(x))², differentiated.
    expect(gradient).toEqual([24, 0, 4])
  })

  it('leaves other backends their own gradient', async () => {
    await tf.setBackend('cpu')
    const gradient = tf.tidy(() => [...viaGradient(tf.tensor1d([1, -1]), tf.tensor1d([2, 3])).dataSync()])
    await tf.setBackend('tensorflow')
    expect(gradient).toEqual([2, 0])
  })

  it('registers once', () => {
    const before = tf.getGradient('Relu')
    registerNativeReluGrad()
    expect(tf.getGradient('Relu')).toBe(before)
  })
})
