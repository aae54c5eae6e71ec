// How far do the predictions that toMatchPredictionImage follows move when only the machine changes, and how far when
// the program changes? Each configuration is a process of its own. Prints the table of docs/data-images.md.
// npm run build && node bench/prediction-image-tolerances.mjs [seeds=8]
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../dist/backend/select.js'
import { recordDynamics } from '../dist/training/prediction-dynamics.js'
import { digits } from './digits.mjs'

const looks = [20, 50, 100]
const pinned = { TF_NUM_INTRAOP_THREADS: '1', TF_ENABLE_ONEDNN_OPTS: '0' }
const configurations = {
  reference: {},
  'two threads, oneDNN': { env: { TF_NUM_INTRAOP_THREADS: '2', TF_ENABLE_ONEDNN_OPTS: '1' } },
  'wasm backend': { backend: 'wasm' },
  'learning rate × 1.01': { rate: 1.01 },
  'learning rate × 1.1': { rate: 1.1 },
  'batches of 30': { batchSize: 30 },
}

if (process.argv[2] === 'one') await measure(JSON.parse(process.argv[3]))
else compare(Number(process.argv[2] ?? 8))

async function measure({ seeds, backend = 'tensorflow', rate = 1, batchSize = 32 }) {
  await selectBackend({ backend, root: join(import.meta.dirname, '..') })
  const train = digits('train', 0, 2000)
  const on = { xs: train.xs.slice(0, 32), ys: train.ys.slice(0, 32) }
  const create = () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 5, activation: 'relu' }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    })
    model.compile({ optimizer: tf.train.adam(0.001 * rate), loss: 'categoricalCrossentropy' })
    return model
  }
  const runs = []
  for (let seed = 1; seed <= seeds; seed++) {
    const { values, looks: steps } = await recordDynamics(create, {
      train,
      on,
      seed,
      steps: Math.max(...looks),
      batchSize,
      output: 0,
    })
    runs.push({ values: [...values], steps })
  }
  process.stdout.write(`\n@${JSON.stringify(runs)}\n`)
}

function compare(seeds) {
  const runs = Object.entries(configurations).map(([name, { env = pinned, ...rest }]) => {
    const { stdout } = spawnSync(
      process.execPath,
      [import.meta.filename, 'one', JSON.stringify({ seeds, ...rest })],
      { env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 2 ** 28 },
    )
    return { name, runs: JSON.parse(stdout.split('\n@')[1]) }
  })
  const [reference, ...others] = runs
  console.log(
    `| of ${seeds} seeds: smallest, median, largest | ${looks.map((step) => `${step} steps`).join(' | ')} |`,
  )
  console.log(`|---|${looks.map(() => '---').join('|')}|`)
  for (const { name, runs: changed } of others) {
    const cells = looks.map((step) => {
      const moved = changed.map((run, i) => largestMove(reference.runs[i], run, step)).sort((a, b) => a - b)
      return [moved[0], moved[moved.length >> 1], moved.at(-1)]
        .map((value) => value.toExponential(0))
        .join(', ')
    })
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
}

/** Largest |Δ| of a probability at the looks up to a step. */
function largestMove(before, after, step) {
  const count = before.steps.length
  let largest = 0
  for (const [i, value] of before.values.entries())
    if (before.steps[i % count] <= step) largest = Math.max(largest, Math.abs(value - after.values[i]))
  return largest
}
