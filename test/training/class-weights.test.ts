import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { minibatches } from '../../src/training/batches.js'
import { areRowsOf, weightsOfClasses } from '../../src/training/class-weights.js'
import { disposeExamples } from '../../src/training/examples.js'
import { openProgram } from '../../src/training/open.js'
import { trainProgram } from '../../src/training/run.js'
import type { Examples } from '../../src/training/trainable.js'
import { classes, classIndices } from '../programs/data.js'
import { classifier } from '../programs/healthy.js'
import { expectNoNewTensors } from './expect-no-new-tensors.js'
import { bytesOf } from './weight-bytes.js'

const odd = { '-1': 0.1, 0: 1 / 3, 1: 0.7, 2: 2e-9, 3: 1e9, 0.5: 4, 70000: 5 }
const weigh = (labels: tf.Tensor, classWeight: Record<number, number>) =>
  tf.tidy(() => weightsOfClasses(labels, labels, classWeight).dataSync().slice())

test.each<[string, () => tf.Tensor, number[]]>([
  ['class indices', () => tf.tensor1d([3, 0, 2, 1, 0]), [3, 0, 2, 1, 0]],
  ['integers in a column', () => tf.tensor2d([3, 0, 2, 1], [4, 1], 'int32'), [3, 0, 2, 1]],
  ['true and false', () => tf.tensor1d([true, false], 'bool'), [1, 0]],
  ['signs', () => tf.tensor1d([-1, 1, -1]), [-1, 1, -1]],
  ['large numbers', () => tf.tensor1d([70000, 1]), [70000, 1]],
  ['fractions', () => tf.tensor1d([0.5, 1]), [0.5, 1]],
  ['one-hot labels', () => tf.oneHot([2, 0, 1], 4), [2, 0, 1]],
  ['one-hot labels of more classes than weights', () => tf.oneHot([2, 0, 1], 9), [2, 0, 1]],
])('weights of %s are those of the table, bit for bit', async (_name, make, expected) => {
  await expectNoNewTensors(() => {
    const labels = tf.tidy(make)
    expect(weigh(labels, odd)).toEqual(Float32Array.from(expected, (one) => odd[one as keyof typeof odd]))
    labels.dispose()
  })
})

test('a class without a weight is an error only where it occurs', () => {
  const [all, some, none] = [tf.tensor1d([0, 1, 7]), tf.tensor1d([0, 1]), tf.tensor1d([7, 0])]
  const xs = tf.zeros([3, 1])
  areRowsOf({ xs, ys: some }, { xs, ys: all })
  areRowsOf({ xs, ys: none }, { xs, ys: all })
  expect(weigh(some, { 0: 1, 1: 2 })).toEqual(new Float32Array([1, 2]))
  expect(() => weigh(none, { 0: 1, 1: 2 })).toThrow('no weight for class 7, which occurs in the labels')
  expect(weigh(none, { 0: 1, 1: 2, 7: 3 })).toEqual(new Float32Array([3, 1]))
  tf.dispose([all, some, none, xs])
})

test('labels whose array was changed have the weights of what they are now', async () => {
  const backend = tf.getBackend()
  await tf.setBackend('cpu')
  const numbers = new Float32Array([0, 2, 0])
  const labels = tf.tensor1d(numbers)
  expect(weigh(labels, { 0: 1, 1: 5, 2: 3 })).toEqual(new Float32Array([1, 3, 1]))
  numbers[1] = 1
  expect(weigh(labels, { 0: 1, 1: 5, 2: 3 })).toEqual(new Float32Array([1, 5, 1]))
  labels.dispose()
  await tf.setBackend(backend)
})

test('the classes of other data are not taken for those of the same shape', () => {
  const labels = tf.tensor1d([0, 1, 0, 1, 1, 0])
  const pairs = labels.reshape([3, 2])
  expect(weigh(labels, { 0: 1, 1: 2 })).toEqual(new Float32Array([1, 2, 1, 2, 2, 1]))
  expect(weigh(pairs, { 1: 2, 0: 1 })).toEqual(new Float32Array([2, 2, 1]))
  expect(() => weigh(pairs, { 1: 2 })).toThrow('no weight for class 0')
  tf.dispose([labels, pairs])
})

/** Losses and weights after some steps on minibatches. */
async function trained(create: () => tf.LayersModel, examples: Examples) {
  const program = await openProgram(create, 1)
  const batches = minibatches(examples, { batchSize: 16, seed: 1 })
  const { losses } = await trainProgram(program, batches.next, { seed: 1, steps: 20 })
  const bytes = bytesOf(Object.values(program.weights()))
  batches.dispose()
  program.dispose()
  return { losses, bytes }
}

test.each<[string, () => tf.LayersModel, Examples, tf.Tensor]>([
  [
    'class indices',
    () => classifier({ loss: 'sparseCategoricalCrossentropy' }),
    classIndices(96, 1),
    classIndices(96, 1).ys as tf.Tensor,
  ],
  ['one-hot labels', () => classifier(), classes(96, 1), classIndices(96, 1).ys as tf.Tensor],
])(
  'minibatches are weighed as by weights of their examples, bit for bit: %s',
  async (_name, create, data, indices) => {
    const classWeight = { 0: 0.3, 1: 2, 2: 1 / 3, 3: 7 }
    const byHand = Float32Array.from(
      indices.dataSync(),
      (one) => classWeight[one as keyof typeof classWeight],
    )
    const sampleWeight = tf.tensor1d(byHand)
    await expectNoNewTensors(async () =>
      expect(await trained(create, { ...data, classWeight })).toEqual(
        await trained(create, { ...data, sampleWeight }),
      ),
    )
    disposeExamples({ ...data, sampleWeight })
    indices.dispose()
  },
)

test('training ends at the batch with a class that has no weight', async () => {
  const { xs, ys } = classes(32, 1)
  const rare = tf.tensor1d(Array.from({ length: 32 }, (_, i) => (i < 20 ? 0 : 1)))
  const program = await openProgram(() => classifier({ loss: 'sparseCategoricalCrossentropy' }), 1)
  const batches = minibatches(
    { xs, ys: rare, classWeight: { 0: 2 } },
    { batchSize: 8, seed: 1, shuffle: false },
  )
  let steps = 0
  const next = () => {
    steps++
    return batches.next()
  }
  await expect(trainProgram(program, next, { seed: 1, steps: 4 })).rejects.toThrow('no weight for class 1')
  expect(steps).toBe(3)
  batches.dispose()
  program.dispose()
  tf.dispose([xs as tf.Tensor, ys as tf.Tensor, rare])
})
