import * as tf from '@tensorflow/tfjs'

/** Fuel consumption from nine features of a car; `units` is the size of the hidden layer. */
export function createModel(units = 32): tf.LayersModel {
  const model = tf.sequential({
    layers: [tf.layers.dense({ inputShape: [9], units, activation: 'relu' }), tf.layers.dense({ units: 1 })],
  })
  model.compile({ optimizer: tf.train.adam(3e-3), loss: 'meanSquaredError' })
  return model
}
