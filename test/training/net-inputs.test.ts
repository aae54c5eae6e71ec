import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { captureNetInputs, type NetInput } from '../../src/training/net-inputs.js'
import { openProgram } from '../../src/training/open.js'
import type { Trainable } from '../../src/training/trainable.js'
import { expectNoNewTensors } from './expect-no-new-tensors.js'

const { conv2d, dense, embedding, flatten, gru, inputLayer, rescaling } = tf.layers

/** A layer of one's own with constants, which are no weights of the net. */
class Standardize extends tf.layers.Layer {
  static className = 'Standardize'
  override build() {
    this.addWeight('mean', [1], 'float32', tf.initializers.constant({ value: 3 }), undefined, false)
    this.built = true
  }
  override call(inputs: tf.Tensor | tf.Tensor[]) {
    return tf.tidy(() => tf.sub(Array.isArray(inputs) ? inputs[0]! : inputs, this.getWeights()[0]!))
  }
}

const compiled = (...layers: tf.layers.Layer[]) => {
  const model = tf.sequential({ layers })
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
  return model
}

async function capture(create: () => tf.LayersModel | Trainable, xs: tf.Tensor | tf.Tensor[]) {
  const program = await openProgram(create, 1)
  program.disableDropout?.()
  const found = await expectNoNewTensors(() => captureNetInputs(program, xs))
  program.dispose()
  return found
}

const first = ([input]: Array<NetInput | undefined>) => input!

test('what the model is given, where nothing is before its first weights', async () => {
  const found = first(
    await capture(() => compiled(dense({ inputShape: [2], units: 1 })), tf.tensor2d([[1, 2]])),
  )
  expect(found).toMatchObject({ shape: [1, 2], changed: false, dtype: 'float32' })
  expect([...found.values]).toEqual([1, 2])
})

test('after rescaling, before flattening', async () => {
  const create = () =>
    compiled(rescaling({ scale: 0.5, offset: -1, inputShape: [2, 2, 1] }), flatten(), dense({ units: 1 }))
  const found = first(await capture(create, tf.tensor4d([2, 4, 6, 8], [1, 2, 2, 1])))
  expect(found).toMatchObject({ shape: [1, 2, 2, 1], changed: true })
  expect([...found.values]).toEqual([0, 1, 2, 3])
})

test('before padding, and constants of a layer are no weights', async () => {
  const create = () =>
    compiled(
      inputLayer({ inputShape: [3, 3, 1] }),
      new Standardize({}),
      conv2d({ filters: 1, kernelSize: 3, padding: 'same' }),
      flatten(),
      dense({ units: 1 }),
    )
  const found = first(await capture(create, tf.fill([1, 3, 3, 1], 5)))
  expect(found.shape).toEqual([1, 3, 3, 1])
  expect([...found.values]).toEqual(Array(9).fill(2))
})

test('frozen weights are weights', async () => {
  const create = () => compiled(dense({ inputShape: [2], units: 3, trainable: false }), dense({ units: 1 }))
  expect(first(await capture(create, tf.ones([1, 2]))).shape).toEqual([1, 2])
})

test('a whole sequence for a recurrent layer, ids for an embedding', async () => {
  const steps = () => compiled(gru({ inputShape: [4, 2], units: 3, dropout: 0.5 }), dense({ units: 1 }))
  expect(first(await capture(steps, tf.ones([2, 4, 2]))).shape).toEqual([2, 4, 2])
  const words = () =>
    compiled(embedding({ inputDim: 5, outputDim: 2, inputLength: 3 }), flatten(), dense({ units: 1 }))
  const found = first(await capture(words, tf.tensor2d([[1, 2, 3]], [1, 3], 'int32')))
  expect(found).toMatchObject({ shape: [1, 3], changed: false })
})

test('each of several inputs; undefined for one that meets no weight', async () => {
  const create = () => {
    const [a, b] = [tf.input({ shape: [2] }), tf.input({ shape: [3] })]
    const outputs = dense({ units: 1 }).apply(a) as tf.SymbolicTensor
    const model = tf.model({ inputs: [a, b], outputs })
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
    return model
  }
  const found = await capture(create, [tf.ones([1, 2]), tf.ones([1, 3])])
  expect(found.map((input) => input?.shape)).toEqual([[1, 2], undefined])
})

test('preprocessing in the predict of a loop written by hand, disposed as it goes', async () => {
  const create = (): Trainable => {
    const weight = tf.variable(tf.ones([2, 1]))
    return {
      predict(xs) {
        const scaled = tf.div(xs as tf.Tensor, 255)
        const flat = scaled.reshape([-1, 2])
        scaled.dispose()
        const result = tf.matMul(flat as tf.Tensor2D, weight as unknown as tf.Tensor2D)
        flat.dispose()
        return result
      },
      loss: () => tf.scalar(0),
      step: () => tf.scalar(0),
      weights: () => ({ weight }),
      dispose: () => weight.dispose(),
    }
  }
  const found = first(await capture(create, tf.tensor3d([255, 0], [1, 2, 1])))
  expect(found).toMatchObject({ shape: [1, 2, 1], changed: true })
  expect([...found.values]).toEqual([1, 0])
})
