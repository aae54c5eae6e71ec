import * as tf from '@tensorflow/tfjs'
import { moons } from '../../fixtures/zoo/data.js'

/** Two half circles: [600, 2] to train on, 200 to validate. */
export const { train, validation } = moons(1)

interface Settings {
  units?: number
  hidden?: number
  optimizer?: () => tf.Optimizer
  l2?: number
}

/** A perceptron for the moons; Adam at 0.01 unless told otherwise. */
export const perceptron =
  ({ units = 16, hidden = 1, optimizer = () => tf.train.adam(0.01), l2 = 0 }: Settings = {}) =>
  (): tf.LayersModel => {
    const kernelRegularizer = l2 > 0 ? tf.regularizers.l2({ l2 }) : undefined
    const model = tf.sequential()
    for (let i = 0; i < hidden; i++)
      model.add(
        tf.layers.dense({
          units,
          activation: 'relu',
          ...(kernelRegularizer && { kernelRegularizer }),
          ...(i === 0 && { inputShape: [2] }),
        }),
      )
    model.add(tf.layers.dense({ units: 1, activation: 'sigmoid', ...(hidden === 0 && { inputShape: [2] }) }))
    model.compile({ optimizer: optimizer(), loss: 'binaryCrossentropy', metrics: ['accuracy'] })
    return model
  }
