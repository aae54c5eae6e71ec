import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkUpdatesEveryWeight } from '../../../src/checks/skeleton/updates-every-weight.js'
import type { Examples, Trainable } from '../../../src/training/trainable.js'
import * as data from '../../programs/data.js'
import { type Compilation, compiled } from '../../programs/healthy.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'

const { batchNormalization, conv2d, dense, embedding, flatten, globalAveragePooling1d, lstm } = tf.layers
const { randomNormal } = tf.initializers
const frozen = { trainable: false }
const head = () => dense({ units: 4, activation: 'softmax' })
const yesNo = () => dense({ units: 1, activation: 'sigmoid' })
const binary = { loss: 'binaryCrossentropy' }

const check = (create: () => tf.LayersModel | Trainable, batch: Examples) =>
  expectNoNewTensors(() => checkUpdatesEveryWeight(create, batch))

const faulty: Record<string, [() => tf.layers.Layer[], Examples, Compilation]> = {
  'two layers before the head': [
    () => [
      dense({ inputShape: [16], units: 24, activation: 'relu', ...frozen }),
      dense({ units: 12, activation: 'relu', ...frozen }),
      head(),
    ],
    data.classes(24, 1),
    {},
  ],
  'a layer between others': [
    () => [
      dense({ inputShape: [16], units: 24, activation: 'relu' }),
      dense({ units: 24, activation: 'relu', kernelInitializer: randomNormal({ stddev: 0.3 }), ...frozen }),
      head(),
    ],
    data.classes(24, 1),
    {},
  ],
  convolutions: [
    () => [
      conv2d({ inputShape: [14, 14, 1], filters: 4, kernelSize: 9, ...frozen }),
      flatten(),
      dense({ units: 10, activation: 'softmax' }),
    ],
    data.smallDigits(24, 1),
    {},
  ],
  'an embedding': [
    () => [
      embedding({ inputDim: 20, outputDim: 8, inputLength: 6, ...frozen }),
      globalAveragePooling1d(),
      yesNo(),
    ],
    data.tokens(24, 1),
    binary,
  ],
  'a recurrent layer': [
    () => [lstm({ inputShape: [8, 2], units: 8, ...frozen }), yesNo()],
    data.sequences(24, 1),
    binary,
  ],
}

test.each(Object.entries(faulty))('frozen at random weights: %s', async (_, [layers, batch, compilation]) => {
  const { status, causes, summary } = await check(() => compiled(layers(), compilation), batch)
  expect(status, summary).toBe('failed')
  expect(causes.map(({ name }) => name)).toEqual(['weights-not-updated'])
  expect(causes[0]!.evidence).toMatch(/frozen at random weights, \d+ % of all in kernels/)
  expect(causes[0]!.fix).toContain('trainable = true before compile()')
})

/** A model whose first layer is given the same weights each time, as by loading them. */
const pretrained = () => {
  const model = compiled([dense({ inputShape: [16], units: 24, activation: 'relu', ...frozen }), head()])
  const weights = [tf.tensor(data.normals(16 * 24, 3), [16, 24]), tf.zeros([24])]
  model.layers[0]!.setWeights(weights)
  tf.dispose(weights)
  return model
}

const healthy: Record<string, () => tf.LayersModel> = {
  'pretrained weights': pretrained,
  'random features of a chosen scale': () => {
    const kernelInitializer = randomNormal({ stddev: 0.4 })
    return compiled([
      dense({ inputShape: [16], units: 64, activation: 'tanh', kernelInitializer, ...frozen }),
      head(),
    ])
  },
  'a small part of the weights': () =>
    compiled([
      dense({ inputShape: [16], units: 64, activation: 'relu' }),
      dense({ units: 1, ...frozen }),
      dense({ units: 64, activation: 'relu' }),
      head(),
    ]),
  'moving statistics': () =>
    compiled([dense({ inputShape: [16], units: 24 }), batchNormalization({ momentum: 0.9 }), head()]),
}

test.each(Object.entries(healthy))('no fault: %s', async (_, create) => {
  const { status, summary } = await check(create, data.classes(24, 1))
  expect(status, summary).toBe('passed')
})

test('a model that is given, and not made anew, has nothing to be compared with', async () => {
  const model = compiled(faulty['two layers before the head']![0]())
  const { status, summary } = await checkUpdatesEveryWeight(model, data.classes(24, 1))
  expect(status, summary).toBe('passed')
  model.dispose()
})
