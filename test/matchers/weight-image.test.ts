import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'

// Snapshots of this file are committed: they are made of plain numbers, the same on every machine.
const folder = new URL('./__weights__/weight-image.test.ts/', import.meta.url)

/** A model whose weights are a function of their index. */
function fixedModel(): tf.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 8, kernelSize: 5 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2 }),
    ],
  })
  const weights = model.getWeights().map(({ size, shape }) =>
    tf.tensor(
      Float32Array.from({ length: size }, (_, i) => Math.round(1e3 * Math.sin(i * i)) / 1e3),
      shape,
    ),
  )
  model.setWeights(weights)
  tf.dispose(weights)
  return model
}

test('a model: picture and entry under the given name', async () => {
  const model = fixedModel()
  await expect(model).toMatchWeightImage('first-layer')
  expect(existsSync(fileURLToPath(new URL('first-layer.png', folder)))).toBe(true)
  model.dispose()
})

test('a layer, a tensor and a factory', async () => {
  const model = fixedModel()
  await expect(model.layers[2]).toMatchWeightImage({ maxTiles: 1 })
  await expect(tf.linspace(-1, 1, 12).reshape([3, 4])).toMatchWeightImage()
  await expect(fixedModel).toMatchWeightImage()
  model.dispose()
})

test('the model is not changed and nothing leaks', async () => {
  const model = fixedModel()
  const before = model.getWeights().map((weight) => weight.dataSync().slice())
  const tensors = tf.memory().numTensors
  await expect(model).toMatchWeightImage('unchanged')
  await expect(model).toMatchWeightImage('unchanged-dense', { layer: 2, attach: 'always' })
  expect(tf.memory().numTensors).toBe(tensors)
  expect(model.getWeights().map((weight) => weight.dataSync())).toEqual(before)
  model.dispose()
})

describe('a factory', () => {
  test('is called under a seed: a fresh model is a snapshot too', async () => {
    const tensors = tf.memory().numTensors
    await expect(() =>
      tf.sequential({ layers: [tf.layers.dense({ inputShape: [4], units: 3 })] }),
    ).toMatchWeightImage('fresh', { seed: 1 })
    expect(tf.memory().numTensors).toBe(tensors)
  })

  test('that compiles and trains leaves nothing behind, not even its optimizer', async () => {
    const xs = tf.ones([4, 3])
    const ys = tf.zeros([4, 1])
    const tensors = tf.memory().numTensors
    const trained = async () => {
      const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: 1 })] })
      model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' })
      await model.trainOnBatch(xs, ys)
      return model
    }
    await expect(trained).toMatchWeightImage('trained')
    expect(tf.memory().numTensors).toBe(tensors)
    tf.dispose([xs, ys])
  })

  test('that hands out a model of someone else does not lose it', async () => {
    const model = fixedModel()
    await expect(async () => model).toMatchWeightImage('borrowed')
    expect(model.getWeights()[0]!.isDisposed).toBe(false)
    model.dispose()
  })

  test('that throws says so', async () => {
    const broken = () => {
      throw new Error('no such file: weights.bin')
    }
    await expect(expect(broken).toMatchWeightImage('thrown')).rejects.toThrow(
      'The factory threw: no such file: weights.bin',
    )
  })
})

test.each([{ rtol: -1 }, { atol: Number.NaN }, { layer: 7 }])('%j is refused', async (options) => {
  const model = fixedModel()
  await expect(expect(model).toMatchWeightImage('refused', options)).rejects.toThrow(/: got .*; wanted/)
  model.dispose()
})

test('a diverged model is refused, and no picture is written', async () => {
  const model = fixedModel()
  model.layers[0]!.setWeights([tf.fill([5, 5, 1, 8], Number.NaN), tf.zeros([8])])
  await expect(expect(model).toMatchWeightImage('diverged')).rejects.toThrow(
    'layer 0 Conv2D kernel: got 200 of 200 weights NaN or infinite',
  )
  expect(existsSync(fileURLToPath(new URL('diverged.png', folder)))).toBe(false)
  model.dispose()
})

test('.not says why not', async () => {
  await expect(expect(tf.scalar(1)).not.toMatchWeightImage('not')).rejects.toThrow('cannot be used with not')
})
