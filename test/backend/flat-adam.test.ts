import * as tf from '@tensorflow/tfjs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { locateNativeAddon } from '../../src/backend/locate.js'
import { selectBackend } from '../../src/backend/select.js'
import { copyOptimizer } from '../../src/training/optimizer-copy.js'

/** The optimizer's own update, which the flat one stands in for: that of an optimizer whose moments were read. */
const asPublished = (optimizer: tf.AdamOptimizer): tf.AdamOptimizer => {
  momentsOf(optimizer)
  return optimizer
}

const momentsOf = (optimizer: tf.Optimizer) =>
  (optimizer as unknown as { accumulatedFirstMoment: Array<{ originalName: string; variable: tf.Variable }> })
    .accumulatedFirstMoment

function program(optimizer: tf.Optimizer) {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 4,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: tf.initializers.glorotNormal({ seed: 3 }),
      }),
      tf.layers.flatten(),
      tf.layers.dense({
        units: 3,
        activation: 'softmax',
        kernelInitializer: tf.initializers.glorotNormal({ seed: 5 }),
      }),
    ],
  })
  model.compile({ optimizer, loss: 'categoricalCrossentropy' })
  return model
}
const batch = {
  xs: tf.randomNormal([16, 8, 8, 1], 0, 1, 'float32', 1),
  ys: tf.oneHot(tf.range(0, 16, 1, 'int32').mod(tf.scalar(3, 'int32')), 3).toFloat(),
}
const bytes = (tensors: tf.Tensor[]) => tensors.map((tensor) => Array.from(tensor.dataSync()))

async function train(model: tf.LayersModel, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) await model.trainOnBatch(batch.xs, batch.ys)
}

const backends = (['tensorflow', 'wasm'] as const).filter(
  (backend) => backend !== 'tensorflow' || locateNativeAddon(process.cwd())?.state === 'ready',
)

describe.each(backends)('on %s', (backend) => {
  let backendBefore = ''
  beforeAll(async () => {
    backendBefore = tf.getBackend()
    await selectBackend({ backend, root: process.cwd() })
  })
  afterAll(async () => {
    await tf.setBackend(backendBefore)
  })

  let models: tf.LayersModel[] = []
  let tensors = 0
  beforeEach(() => {
    tensors = tf.memory().numTensors
  })
  afterEach(() => {
    for (const model of models) {
      const { optimizer } = model
      model.dispose()
      optimizer.dispose()
    }
    models = []
    expect(tf.memory().numTensors).toBe(tensors)
  })
  const make = (optimizer: tf.Optimizer) => {
    const model = program(optimizer)
    models.push(model)
    return model
  }

  test.each([
    ['the defaults', () => tf.train.adam(0.01)],
    ['other settings', () => tf.train.adam(0.003, 0.8, 0.95, 1e-3)],
  ])('with %s weights and moments are those of the published update, bit by bit', async (_, create) => {
    const flat = make(create())
    const published = make(create())
    await train(published, 1)
    // The first update is flat on both; from now on one of them is as published.
    asPublished(published.optimizer as tf.AdamOptimizer)
    await train(published, 24)
    await train(flat, 25)
    expect(bytes(flat.getWeights())).toEqual(bytes(published.getWeights()))
    const [a, b] = [flat, published].map(({ optimizer }) => momentsOf(optimizer))
    expect(bytes(a!.map(({ variable }) => variable))).toEqual(bytes(b!.map(({ variable }) => variable)))
    expect(a!.map(({ originalName }) => originalName.split('/').slice(1))).toEqual(
      b!.map(({ originalName }) => originalName.split('/').slice(1)),
    )
  })

  test('an update takes fewer operations', async () => {
    const [flat, published] = [make(tf.train.adam(0.01)), make(tf.train.adam(0.01))]
    await train(published, 1)
    asPublished(published.optimizer as tf.AdamOptimizer)
    const operations = async (model: tf.LayersModel) => {
      const { kernels } = await tf.profile(() => train(model, 1) as never)
      return kernels.length
    }
    const [few, many] = [await operations(flat), await operations(published)]
    // Four weight tensors: 14 operations each, or 14 and what joins and parts them.
    expect(many - few).toBeGreaterThan(20)
  })

  test('a learning rate that is changed on the way is used', async () => {
    const [flat, published] = [make(tf.train.adam(0.01)), make(tf.train.adam(0.01))]
    for (const model of [flat, published]) {
      await train(model, 3)
      if (model === published) asPublished(model.optimizer as tf.AdamOptimizer)
      ;(model.optimizer as unknown as { learningRate: number }).learningRate = 0.002
      await train(model, 3)
    }
    expect(bytes(flat.getWeights())).toEqual(bytes(published.getWeights()))
  })

  test('a copy goes on as the original would', async () => {
    const model = make(tf.train.adam(0.01))
    await train(model, 4)
    const copy = copyOptimizer(model.optimizer)
    const other = make(copy)
    other.setWeights(model.getWeights())
    await train(model, 4)
    await train(other, 4)
    expect(bytes(other.getWeights())).toEqual(bytes(model.getWeights()))
  })

  test('the saved state can be loaded again', async () => {
    const model = make(tf.train.adam(0.01))
    await train(model, 3)
    const saved = await model.optimizer.getWeights()
    expect(saved).toHaveLength(1 + 2 * 4)
    const restored = tf.train.adam(0.01)
    const copies = saved.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }))
    await restored.setWeights(copies)
    const other = make(restored)
    other.setWeights(model.getWeights())
    await train(model, 3)
    await train(other, 3)
    expect(bytes(other.getWeights())).toEqual(bytes(model.getWeights()))
    tf.dispose(copies.map(({ tensor }) => tensor))
    saved[0]!.tensor.dispose()
  })

  test('weights in a custom loop, some of them without a gradient in some steps', () => {
    const run = (published: boolean) =>
      tf.tidy(() => {
        const [a, b] = [tf.variable(tf.tensor1d([1, 2]), true, undefined), tf.variable(tf.scalar(3))]
        const optimizer = tf.train.adam(0.1)
        for (let step = 0; step < 6; step++) {
          const { grads } = tf.variableGrads(
            () => tf.sum(tf.square(step === 3 ? a : tf.mul(a, b))).asScalar(),
            step === 3 ? [a] : [a, b],
          )
          optimizer.applyGradients(grads as unknown as Parameters<typeof optimizer.applyGradients>[0])
          if (published && step === 0) asPublished(optimizer)
        }
        const values = [...a.dataSync(), ...b.dataSync()]
        optimizer.dispose()
        a.dispose()
        b.dispose()
        return values
      })
    expect(run(false)).toEqual(run(true))
  })
})
