// The programs that the benchmarks train, for either side: with this package, and without it.

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
