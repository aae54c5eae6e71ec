import * as tf from '@tensorflow/tfjs'

/** Numbers that a product and a sum of inputs make, with some noise. */
export function productAndSum(count: number, seed: number) {
  const xs = tf.randomNormal([count, 6], 0, 1, 'float32', seed)
  const ys = tf.tidy(() => {
    const column = (index: number) => xs.slice([0, index], [-1, 1])
    const signal = column(0).mul(column(1)).add(column(2))
    return signal.add(tf.randomNormal([count, 1], 0, 0.3, 'float32', seed + 1))
  })
  return { xs, ys }
}

interface Size {
  units?: number
  hidden?: number
  rate?: number
}

/** A factory of small regressions; without hidden layers they are linear. */
export const network =
  ({ units = 16, hidden = 1, rate = 0.02 }: Size = {}) =>
  () => {
    const model = tf.sequential()
    for (let i = 0; i < hidden; i++) {
      model.add(tf.layers.dense({ units, activation: 'tanh', ...(i === 0 && { inputShape: [6] }) }))
    }
    model.add(tf.layers.dense({ units: 1, ...(hidden === 0 && { inputShape: [6] }) }))
    model.compile({ optimizer: tf.train.adam(rate), loss: 'meanSquaredError' })
    return model
  }
