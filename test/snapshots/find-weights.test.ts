import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readWeights } from '../../src/snapshots/weights.js'

let model: tf.Sequential
let nested: tf.LayersModel
beforeAll(() => {
  model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 2, kernelSize: 3, name: 'edges' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3 }),
      tf.layers.activation({ activation: 'softmax' }),
    ],
  })
  const input = tf.input({ shape: [6, 6, 1] })
  nested = tf.model({ inputs: input, outputs: model.apply(input) as tf.SymbolicTensor })
})
afterAll(() => nested.dispose())

describe('of a model', () => {
  test('the first layer with a kernel, named by index and class', () => {
    const { label, shape, values, className, inputShape } = readWeights(model)
    expect(label).toBe('layer 0 Conv2D kernel')
    expect([className, shape, inputShape]).toEqual(['Conv2D', [3, 3, 1, 2], [6, 6, 1]])
    expect(values).toEqual(model.layers[0]!.getWeights()[0]!.dataSync())
  })

  test('a layer by index or by name; through a Flatten a dense layer sees the feature maps', () => {
    expect(readWeights(model, 2)).toMatchObject({ label: 'layer 2 Dense kernel', inputShape: [4, 4, 2] })
    expect(readWeights(model, 'edges').label).toBe('layer 0 Conv2D kernel')
  })

  test('layers of nested models', () => {
    expect(readWeights(nested).label).toBe('layer 1.0 Conv2D kernel')
    expect(readWeights(nested, 'edges').label).toBe('layer 1.0 Conv2D kernel')
  })

  test.each([
    [9, /layer: got 9; wanted the index or name of a layer with weights: 0 Conv2D 'edges', 2 Dense/],
    ['nothing', /layer: got "nothing"; wanted/],
    [1, /layer: got 1, a Flatten without weights; wanted/],
  ])('layer %j is refused with what there is', (layer, message) => {
    expect(() => readWeights(model, layer)).toThrow(message)
  })

  test('without any kernel', () => {
    const bare = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [2, 2] })] })
    expect(() => readWeights(bare)).toThrow('a model with at least one layer that has a kernel')
  })
})

test('of a layer', () => {
  expect(readWeights(model.layers[0]).label).toBe('Conv2D kernel')
  expect(() => readWeights(tf.layers.dense({ units: 2 }))).toThrow('Dense without weights (never built?)')
})

test('of a layer that has only a vector: that', () => {
  const norm = tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [3] })] })
  expect(readWeights(norm.layers[0])).toMatchObject({ label: 'BatchNormalization gamma', shape: [3] })
  norm.dispose()
})

test('of a tensor', () => {
  const tensor = tf.tensor2d([[1, 2]])
  expect(readWeights(tensor)).toMatchObject({ label: 'tensor', shape: [1, 2], values: Float32Array.of(1, 2) })
  tensor.dispose()
  expect(() => readWeights(tensor)).toThrow('tensor: got a tensor that was disposed')
})

test('of a Trainable: its first matrix, or one by name; automatic names are not repeated', () => {
  const bias = tf.variable(tf.zeros([2]))
  const kernel = tf.variable(tf.ones([2, 2]))
  const trainable = {
    weights: () => ({ bias, 'dense_Dense7/kernel': kernel }),
    step: () => tf.scalar(0),
    dispose: () => tf.dispose([bias, kernel]),
  }
  expect(readWeights(trainable)).toMatchObject({ label: 'weight 1', shape: [2, 2] })
  expect(readWeights(trainable, 'bias')).toMatchObject({ label: 'weight 0 bias', shape: [2] })
  expect(readWeights(trainable, 0).label).toBe('weight 0 bias')
  expect(() => readWeights(trainable, 'x')).toThrow('one of its weights: bias, dense_Dense7/kernel')
  trainable.dispose()
})

test('refuses weights that are not finite, counting them', () => {
  const tensor = tf.tensor1d([1, Number.NaN, Number.POSITIVE_INFINITY])
  expect(() => readWeights(tensor)).toThrow('tensor: got 2 of 3 weights NaN or infinite')
  tensor.dispose()
})

test.each([[undefined], [null], [5], ['model'], [{}]])('refuses %j', (received) => {
  expect(() => readWeights(received)).toThrow(/^received: got .* wanted a LayersModel, a layer, a tensor/)
})

test('refuses tensors without numbers', () => {
  expect(() => readWeights(tf.zeros([0, 3]))).toThrow('at least one value')
  expect(() => readWeights(tf.tensor1d(['a']))).toThrow('values of type string')
})
