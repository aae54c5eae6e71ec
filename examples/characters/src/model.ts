import * as tf from '@tensorflow/tfjs'
import { contextLength } from './data'
import { PadLeft } from './pad-left'
import { alphabet } from './text'

const kernelSize = 6

/**
 * The next character after each character of a window. Three causal convolutions look back 15 characters together:
 * as far as the window goes. `filters` is the width of each.
 */
export function createModel(filters = 32): tf.LayersModel {
  const look = () => [
    new PadLeft(kernelSize - 1),
    tf.layers.conv1d({ filters, kernelSize, activation: 'relu' }),
  ]
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: alphabet.length, outputDim: 16, inputLength: contextLength }),
      ...look(),
      ...look(),
      ...look(),
      tf.layers.dense({ units: alphabet.length, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: tf.train.adam(5e-3), loss: 'categoricalCrossentropy' })
  return model
}
