import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { registerKernels } from '../../../src/backend/kernels/index.js'
import { randomNumbers } from './gradient-error.js'

let backendBefore: string | undefined

beforeAll(async () => {
  backendBefore = tf.getBackend()
  registerKernels('wasm')
  await tf.setBackend('wasm')
})

afterAll(async () => {
  if (backendBefore) await tf.setBackend(backendBefore)
})

/** Every layer whose training wasm cannot do, or does wrongly, as released. */
function createModel(): tf.LayersModel {
  const seeded = (seed: number) => tf.initializers.glorotUniform({ seed })
  const image = tf.input({ shape: [12, 12, 1] })
  const word = tf.input({ shape: [3] })
  const conv = tf.layers
    .conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', kernelInitializer: seeded(1) })
    .apply(image)
  const depthwise = tf.layers
    .depthwiseConv2d({ kernelSize: 3, activation: 'tanh', depthwiseInitializer: seeded(2) })
    .apply(conv)
  const averaged = tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }).apply(depthwise)
  const flat = tf.layers.flatten().apply(averaged) as tf.SymbolicTensor
  const embedding = tf.layers
    .embedding({ inputDim: 5, outputDim: 4, embeddingsInitializer: seeded(3) })
    .apply(word)
  const words = tf.layers.flatten().apply(embedding) as tf.SymbolicTensor
  const joined = tf.layers.concatenate().apply([flat, words])
  const output = tf.layers
    .dense({ units: 3, activation: 'softmax', kernelInitializer: seeded(4) })
    .apply(joined) as tf.SymbolicTensor
  const model = tf.model({ inputs: [image, word], outputs: output })
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' })
  return model
}

it('trains convolutions, pooling and an embedding on wasm, and leaks nothing', async () => {
  const random = randomNumbers(5)
  const numbers = (size: number) => Float32Array.from({ length: size }, random)
  const images = tf.tensor4d(numbers(8 * 144), [8, 12, 12, 1])
  const words = tf.tensor2d(
    numbers(24).map((value) => Math.floor(value * 5)),
    [8, 3],
  )
  const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1], 'int32'), 3)
  const model = createModel()
  const step = async () => (await model.trainOnBatch([images, words], labels)) as number

  const first = await step()
  await step()
  const settled = { tensors: tf.memory().numTensors, data: tf.backend().numDataIds() }
  let last = first
  for (let i = 0; i < 60; i++) last = await step()

  expect(last).toBeLessThan(first / 4)
  expect({ tensors: tf.memory().numTensors, data: tf.backend().numDataIds() }).toEqual(settled)
})
