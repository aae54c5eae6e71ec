import * as tf from '@tensorflow/tfjs'

/** The digit classifier. */
export function createModel(): tf.LayersModel {
  return createCnn(8)
}

/** Two convolutions and a softmax over the ten digits; `capacity` is the number of filters in the first. */
export function createCnn(capacity: number): tf.LayersModel {
  return compile([
    tf.layers.conv2d({ inputShape: [28, 28, 1], filters: capacity, kernelSize: 5, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 2 * capacity, kernelSize: 3, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ])
}

/** A plain perceptron to compare with; `units` is the size of its hidden layer. */
export function createPerceptron(units: number): tf.LayersModel {
  return compile([
    tf.layers.flatten({ inputShape: [28, 28, 1] }),
    tf.layers.dense({ units, activation: 'relu' }),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ])
}

function compile(layers: tf.layers.Layer[]): tf.LayersModel {
  const model = tf.sequential({ layers })
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}
