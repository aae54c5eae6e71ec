// `backends.mjs <backend>`: milliseconds of a training step of programs from the smallest on, with this package.
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../dist/backend/select.js'
import { sameBatch } from '../../dist/training/batches.js'
import { openProgram } from '../../dist/training/open.js'
import { trainProgram } from '../../dist/training/run.js'

const [backend] = process.argv.slice(2)
await selectBackend({ backend, root: new URL('../..', import.meta.url).pathname })

const { dense, lstm, gru, flatten, conv1d, conv2d, maxPooling2d, batchNormalization } = tf.layers
const relu = (units) => dense({ units, activation: 'relu' })
const programs = {
  'dense 4-16-3, batch 32': [32, [4], 3, () => [relu(16)]],
  'dense 8-64-64-3, batch 32': [32, [8], 3, () => [relu(64), relu(64)]],
  '… batch 128': [128, [8], 3, () => [relu(64), relu(64)]],
  'dense 20-128-128-3, batch 32': [32, [20], 3, () => [relu(128), relu(128)]],
  'convolution of 8 filters on [32, 4], batch 32': [
    32,
    [32, 4],
    3,
    () => [conv1d({ filters: 8, kernelSize: 3, activation: 'relu' }), flatten()],
  ],
  'convolution of 8 filters on [8, 8, 1], batch normalisation, batch 32': [
    32,
    [8, 8, 1],
    3,
    () => [conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }), batchNormalization(), flatten()],
  ],
  'GRU, 12 steps of 8 features, 16 units, batch 32': [32, [12, 8], 3, () => [gru({ units: 16 })]],
  'LSTM, 12 steps of 8 features, 16 units, batch 32': [32, [12, 8], 3, () => [lstm({ units: 16 })]],
  '… 32 units': [32, [12, 8], 3, () => [lstm({ units: 32 })]],
  'dense 784-64-32-10, batch 64': [64, [784], 10, () => [relu(64), relu(32)]],
  'convolutions of 16 and 32 filters on [28, 28, 1], batch 64': [
    64,
    [28, 28, 1],
    10,
    () => [
      conv2d({ filters: 16, kernelSize: 5, activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
    ],
  ],
}

const found = {}
for (const [name, [size, shape, classes, layers]] of Object.entries(programs)) {
  const create = () => {
    const model = tf.sequential()
    const [first, ...others] = layers()
    first.batchInputShape = [null, ...shape]
    for (const layer of [first, ...others, dense({ units: classes, activation: 'softmax' })]) model.add(layer)
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' })
    return model
  }
  const labels = tf.tensor1d(
    Int32Array.from({ length: size }, (_, i) => i % classes),
    'int32',
  )
  const batch = {
    xs: tf.randomNormal([size, ...shape], 0, 1, 'float32', 1),
    ys: tf.oneHot(labels, classes).toFloat(),
  }
  const first = await timed(create, batch, 30)
  const steps = Math.min(200, Math.round(500 / first))
  await timed(create, batch, steps)
  found[name] = await timed(create, batch, steps)
}
process.stdout.write(`\n@${JSON.stringify(found)}\n`)

async function timed(create, batch, steps) {
  const program = await openProgram(create, 1)
  const { secondsPerStep } = await trainProgram(program, sameBatch(batch).next, { seed: 1, steps })
  program.dispose()
  return 1000 * secondsPerStep
}
