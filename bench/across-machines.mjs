// The same training as other machines would run it, and as other programs: each configuration in a process of its own.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../dist/backend/select.js'

const pinned = { TF_NUM_INTRAOP_THREADS: '1', TF_ENABLE_ONEDNN_OPTS: '0' }
const configurations = {
  reference: {},
  'two threads, oneDNN': { env: { TF_NUM_INTRAOP_THREADS: '2', TF_ENABLE_ONEDNN_OPTS: '1' } },
  'wasm backend': { backend: 'wasm' },
  'learning rate × 1.01': { rate: 1.01 },
  'learning rate × 1.1': { rate: 1.1 },
  'batches of 30': { batchSize: 30 },
}

/**
 * In the process of one configuration: prints what `measure` gives for each seed. In the first process: runs all and
 * gives `{ name, runs }` of each, the reference first.
 */
export async function acrossMachines(file, measure) {
  if (process.argv[2] === 'one') {
    const { seeds, backend = 'tensorflow', rate = 1, batchSize = 32 } = JSON.parse(process.argv[3])
    await selectBackend({ backend, root: join(import.meta.dirname, '..') })
    const runs = []
    for (let seed = 1; seed <= seeds; seed++)
      runs.push(await measure({ seed, batchSize, create: digitsModel(rate) }))
    process.stdout.write(`\n@${JSON.stringify(runs)}\n`)
    return undefined
  }
  const seeds = Number(process.argv[2] ?? 8)
  return Object.entries(configurations).map(([name, { env = pinned, ...rest }]) => {
    const { stdout } = spawnSync(process.execPath, [file, 'one', JSON.stringify({ seeds, ...rest })], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    return { name, runs: JSON.parse(stdout.split('\n@')[1]) }
  })
}

/** Prints a table: how far each configuration moves from the reference; smallest, median, largest of the seeds. */
export function printMoves([reference, ...others], columns) {
  const names = Object.keys(columns)
  console.log(`| of ${reference.runs.length} seeds: smallest, median, largest | ${names.join(' | ')} |`)
  console.log(`|---|${names.map(() => '---').join('|')}|`)
  for (const { name, runs } of others) {
    const cells = Object.values(columns).map((moveOf) => {
      const moved = runs.map((run, i) => moveOf(reference.runs[i], run)).sort((a, b) => a - b)
      return [moved[0], moved[moved.length >> 1], moved.at(-1)]
        .map((value) => (Number.isInteger(value) ? `${value}` : value.toExponential(0)))
        .join(', ')
    })
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
}

const digitsModel = (rate) => () => {
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
