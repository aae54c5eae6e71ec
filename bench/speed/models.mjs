// The programs that the benchmarks train, for either side: with this package, and without it.
import { digits } from '../digits.mjs'

/** Programs on digits. */
export const layersOf = {
  'CNN 16/32 filters': (tf, size = 1) => [
    tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 16 * size, kernelSize: 5, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 32 * size, kernelSize: 3, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ],
  'MLP 784-64-32-10': (tf, size = 1) => [
    tf.layers.flatten({ inputShape: [28, 28, 1] }),
    tf.layers.dense({ units: 64 * size, activation: 'relu' }),
    tf.layers.dense({ units: 32 * size, activation: 'relu' }),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ],
}

/** `size` times as many filters or units in each hidden layer. */
export function createModel(tf, name, size = 1) {
  if (name === moonsProgram) return createMoonsModel(tf)
  if (name === sequenceProgram) return createSequenceModel(tf)
  const model = tf.sequential({ layers: layersOf[name](tf, size) })
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' })
  return model
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Median, and the smallest and largest in brackets. */
export function spread(values, digits = 2) {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
}

/** As many examples as the program of this name is trained on. */
export function examplesFor(tf, name, count) {
  if (name === moonsProgram) return moons(tf, count).train
  return name === sequenceProgram ? sequences(tf, count) : digits('train', 0, count)
}

export const moonsProgram = 'MLP 2-16-16-1'

function createMoonsModel(tf) {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [2], units: 16, activation: 'relu' }),
      tf.layers.dense({ units: 16, activation: 'relu' }),
      tf.layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  })
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy' })
  return model
}

export const sequenceProgram = 'LSTM, 16 steps of 8 features, 16 units'

function createSequenceModel(tf) {
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({ inputShape: [16, 8], units: 16, returnSequences: true }),
      tf.layers.dense({ units: 1 }),
    ],
  })
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'meanSquaredError' })
  return model
}

/** Noise, and the first feature of the step before. */
function sequences(tf, count) {
  const random = lehmer()
  const steps = Array.from({ length: 16 * count }, () => Array.from({ length: 8 }, () => 2 * random() - 1))
  return {
    xs: tf.tensor3d(steps.flat(), [count, 16, 8]),
    ys: tf.tensor3d(
      steps.map((_, i) => (i % 16 === 0 ? 0 : steps[i - 1][0])),
      [count, 16, 1],
    ),
  }
}

/** Two half circles: `count` examples to train on, and a quarter as many others. */
export function moons(tf, count = 480) {
  const all = Math.ceil((5 * count) / 4)
  const random = lehmer()
  const rows = Array.from({ length: all }, (_, i) => {
    const angle = ((i >> 1) / (all / 2)) * Math.PI
    const noise = () => 0.1 * (random() - 0.5)
    return i % 2 === 0
      ? [Math.cos(angle) - 0.5 + noise(), Math.sin(angle) - 0.25 + noise()]
      : [0.5 - Math.cos(angle) + noise(), 0.25 - Math.sin(angle) + noise()]
  })
  const indices = rows.map((_, i) => i)
  const examples = (chosen) => ({
    xs: tf.tensor2d(chosen.map((i) => rows[i])),
    ys: tf.tensor2d(chosen.map((i) => [i % 2])),
  })
  return {
    train: examples(indices.filter((i) => i % 5 !== 4)),
    validation: examples(indices.filter((i) => i % 5 === 4)),
  }
}

/** Numbers from 0 to 1, the same in every process (Park and Miller's generator). */
function lehmer() {
  let state = 1
  return () => {
    state = (state * 16807) % 2147483647
    return state / 2147483647
  }
}
