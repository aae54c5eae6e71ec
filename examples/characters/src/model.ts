import * as tf from '@tensorflow/tfjs'
import { contextLength } from './data'
import { PadLeft } from './pad-left'
import { alphabet } from './text'

/** The next character after each character of a window, from it and the six before; `filters` of each layer. */
export function createModel(filters = 48): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: alphabet.length, outputDim: 16, inputLength: contextLength }),
      new PadLeft(3),
      tf.layers.conv1d({ filters, kernelSize: 4, activation: 'relu' }),
      new PadLeft(3),
      tf.layers.conv1d({ filters, kernelSize: 4, activation: 'relu' }),
      tf.layers.dense({ units: alphabet.length, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: tf.train.adam(5e-3), loss: 'categoricalCrossentropy' })
  return model
}
