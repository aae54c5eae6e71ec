import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { sameBatch } from '../../src/training/batches.js'
import { openProgram } from '../../src/training/open.js'
import { restoreState, stateOf } from '../../src/training/program-state.js'
import { trainProgram } from '../../src/training/run.js'
import type { Trainable } from '../../src/training/trainable.js'
import { bytesOf } from './weight-bytes.js'

const batch = {
  xs: tf.randomNormal([16, 6], 0, 1, 'float32', 3),
  ys: tf.randomUniform([16, 2], 0, 1, 'float32', 4),
}

const create = (optimizer: () => tf.Optimizer) => () => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [6], units: 5, activation: 'tanh' }),
      tf.layers.batchNormalization(),
      tf.layers.dropout({ rate: 0.3 }),
      tf.layers.dense({ units: 2 }),
    ],
  })
  model.compile({ optimizer: optimizer(), loss: 'meanSquaredError' })
  return model
}

const train = (program: Trainable, seed: number) =>
  trainProgram(program, sameBatch(batch).next, { seed, steps: 7 })

test.each<[string, () => tf.Optimizer]>([
  ['SGD', () => tf.train.sgd(0.1)],
  ['Momentum', () => tf.train.momentum(0.1, 0.9)],
  ['Nesterov', () => tf.train.momentum(0.1, 0.9, true)],
  ['Adagrad', () => tf.train.adagrad(0.1)],
  ['Adadelta', () => tf.train.adadelta(0.1)],
  ['Adam', () => tf.train.adam(0.01)],
  ['Adamax', () => tf.train.adamax(0.01)],
  ['RMSProp', () => tf.train.rmsprop(0.01)],
])(
  'a program put back goes on as the one it was taken from would have, to the bit: %s',
  async (_, optimizer) => {
    const before = tf.memory().numTensors
    const trained = await openProgram(create(optimizer), 1)
    await train(trained, 1)
    const state = structuredClone(stateOf(trained, 1e6))!
    const restored = await openProgram(create(optimizer), 1)
    restoreState(restored, state)
    const weightsOf = (program: Trainable) =>
      bytesOf((program as unknown as { model: tf.LayersModel }).model.getWeights())
    expect(weightsOf(restored)).toEqual(weightsOf(trained))
    const [went, goes] = [await train(trained, 2), await train(restored, 2)]
    expect(goes.losses).toEqual(went.losses)
    expect(weightsOf(restored)).toEqual(weightsOf(trained))
    trained.dispose()
    restored.dispose()
    expect(tf.memory().numTensors).toBe(before)
  },
)

test('programs that are too large, or no models, have no state', async () => {
  const program = await openProgram(
    create(() => tf.train.sgd(0.1)),
    1,
  )
  expect(stateOf(program, 10)).toBeUndefined()
  const { model: _, ...loop } = program as unknown as { model: unknown } & Trainable
  expect(stateOf(loop as Trainable, 1e6)).toBeUndefined()
  program.dispose()
})
