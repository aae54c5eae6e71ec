// How often the checks cry wolf: every check on the healthy MNIST CNN under many seeds.
// node bench/alarms.mjs [seeds=100]   (after npm run build)
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../dist/backend/select.js'
import {
  checkCapacity,
  checkInitLoss,
  checkOverfitBatch,
  checkZeroInputBaseline,
} from '../dist/checks/index.js'
import { digits } from './digits.mjs'

const seeds = Number(process.argv[2] ?? 100)
const { name, why } = await selectBackend({ backend: 'auto', root: join(import.meta.dirname, '..') })
console.log(`${seeds} seeds on ${name} (${why})`)

function createCnn(filters = 8) {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [28, 28, 1], filters, kernelSize: 5, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 2 * filters, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' })
  return model
}

const train = digits('train', 0, 2000)
const validation = digits('t10k', 0, 1000)
const batch = digits('train', 0, 64)
const checks = {
  toHaveInitLossNear: (seed) => checkInitLoss(() => createCnn(), { on: batch, seed }),
  toOverfitBatch: (seed) => checkOverfitBatch(() => createCnn(), batch, { seed }),
  toBeatZeroInputBaseline: (seed) => checkZeroInputBaseline(() => createCnn(), train, { validation, seed }),
  toDecreaseLossWithCapacity: (seed) =>
    checkCapacity(createCnn, train, { capacities: [1, 4, 16], steps: 100, seed }),
}

for (const [matcher, check] of Object.entries(checks)) {
  const started = performance.now()
  const alarms = []
  const steps = []
  for (let seed = 0; seed < seeds; seed++) {
    const result = await check(seed)
    if (result.measured.steps) steps.push(result.measured.steps)
    if (result.status !== 'passed') alarms.push(`seed ${seed}: ${result.summary}`)
  }
  // No alarm in n runs bounds the rate below 1 - 0.05^(1/n) with 95 % confidence.
  const bound =
    alarms.length === 0 ? `, rate below ${(100 * (1 - 0.05 ** (1 / seeds))).toFixed(1)} % (95 %)` : ''
  const range = steps.length > 0 ? `, ${Math.min(...steps)} to ${Math.max(...steps)} steps` : ''
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  console.log(`${matcher.padEnd(28)} ${alarms.length} alarms in ${seeds} seeds${bound}${range}, ${seconds} s`)
  for (const alarm of alarms) console.log(`  ${alarm}`)
}
