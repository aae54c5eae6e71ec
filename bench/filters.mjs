// toHaveStructuredFilters: how often noise passes, and how often trained filters do. Prints the tables of docs/squeeze.md.
// node bench/filters.mjs noise [layers=2000]
// node bench/filters.mjs trained [program='conv 5 × 5'] [seeds=10] [steps=500] [fault]
// (after npm run build)
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../dist/backend/select.js'
import { checkStructuredFilters } from '../dist/checks/index.js'
import { mixSeed, mulberry32, withSeed } from '../dist/training/seed.js'
import { digits } from './digits.mjs'

const [part = 'noise', ...rest] = process.argv.slice(2)
await selectBackend({ backend: 'auto', root: join(import.meta.dirname, '..') })

/** Layers of independent noise that pass: alpha = 0.01 bounds the share. */
async function noise(layers = 2000) {
  const initializers = {
    'N(0, 1)': (seed) => tf.initializers.randomNormal({ mean: 0, stddev: 1, seed }),
    'Glorot uniform': (seed) => tf.initializers.glorotUniform({ seed }),
  }
  let [all, passed] = [0, 0]
  console.log(`| noise | kernel | ${layers} layers each: passed |\n|---|---|---|`)
  for (const [name, initializer] of Object.entries(initializers)) {
    for (const size of [3, 5, 7]) {
      for (const filters of [1, 8, 32]) {
        const channels = size === 7 ? 3 : 1
        let count = 0
        for (let seed = 1; seed <= layers; seed++) {
          const own = mixSeed(seed, name, size, filters)
          const kernel = initializer(own).apply([size, size, channels, filters], 'float32')
          const { status } = await checkStructuredFilters(kernel, { seed: own })
          kernel.dispose()
          if (status === 'passed') count++
        }
        all += layers
        passed += count
        console.log(`| ${name} | ${size} × ${size} × ${channels}, ${filters} | ${percent(count / layers)} |`)
      }
    }
  }
  let alike = 0
  for (let seed = 1; seed <= layers; seed++) {
    const own = mixSeed(seed, 'alike')
    const initial = tf.randomNormal([5, 5, 1, 8], 0, 1, 'float32', own)
    const kernel = tf.tidy(() => initial.add(tf.randomNormal([5, 5, 1, 1], 0, 1, 'float32', own + 1)))
    const { status } = await checkStructuredFilters(kernel, { seed: own, initial })
    tf.dispose([initial, kernel])
    if (status === 'passed') alike++
  }
  console.log(`| changes that all filters share | 5 × 5 × 1, 8 | ${percent(alike / layers)} |`)
  console.log(`| all but the last | | ${passed} of ${all}: ${percent(passed / all)} |`)
}

const { conv2d, dense, flatten, maxPooling2d } = tf.layers
const image = { inputShape: [28, 28, 1] }
const convolutions = (kernelSize, filters) => () => [
  conv2d({ ...image, filters, kernelSize, activation: 'relu' }),
  maxPooling2d({ poolSize: 2 }),
  conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
  maxPooling2d({ poolSize: 2 }),
  flatten(),
  dense({ units: 10, activation: 'softmax' }),
]
const programs = {
  'conv 5 × 5': convolutions(5, 8),
  'conv 3 × 3': convolutions(3, 8),
  'conv 3 × 3, 32': convolutions(3, 32),
  dense: () => [
    flatten(image),
    dense({ units: 32, activation: 'relu' }),
    dense({ units: 10, activation: 'softmax' }),
  ],
}

/** Networks on real digits that pass, of their weights and of the change in them, as training goes on. */
async function trained(name = 'conv 5 × 5', seeds = 10, steps = 500, only = undefined) {
  const examples = digits('train', 0, 2000)
  const looks = [0, 20, 50, 200, 500, 1000, 2000].filter((step) => step <= steps)
  console.log(`| ${name} | steps | loss | C | change / weights | weights pass | change passes |`)
  console.log('|---|---|---|---|---|---|---|')
  for (const [fault, faultOf] of Object.entries(faults)) {
    if (only && fault !== only) continue
    const rows = looks.map(() => [])
    for (let seed = 1; seed <= Number(seeds); seed++) {
      const data = faultOf(examples, seed)
      await train(programs[name], data, { seed, steps, looks, see: (look, row) => rows[look].push(row) })
      tf.dispose([data.xs, data.ys])
    }
    for (const [look, of] of rows.entries()) {
      const middle = (key) => of.map((row) => row[key]).sort((a, b) => a - b)[of.length >> 1]
      const count = (key) => `${of.filter((row) => row[key]).length} of ${of.length}`
      const moved = looks[look] === 0 ? '' : percent(middle('moved'))
      console.log(
        `| ${fault} | ${looks[look]} | ${looks[look] === 0 ? '' : middle('loss').toFixed(2)} | ${middle('C').toFixed(2)} | ${moved} | ${count('weights')} | ${looks[look] === 0 ? '' : count('change')} |`,
      )
    }
  }
}

const faults = {
  healthy: ({ xs, ys }) => ({ xs: xs.clone(), ys: ys.clone() }),
  'labels shuffled': ({ xs, ys }, seed) => ({
    xs: xs.clone(),
    ys: tf.gather(ys, orderOf(ys.shape[0], seed)),
  }),
  'pixels scrambled': ({ xs, ys }, seed) => ({
    xs: tf.tidy(() => xs.reshape([-1, 784]).gather(orderOf(784, seed), 1).reshape(xs.shape)),
    ys: ys.clone(),
  }),
}

async function train(layers, { xs, ys }, { seed, steps, looks, see }) {
  const model = await withSeed(seed, () => tf.sequential({ layers: layers() }))
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' })
  const kernelLayer = model.layers.find((layer) => layer.getWeights().length > 0)
  const initial = kernelLayer.getWeights()[0].clone()
  const random = mulberry32(seed)
  let loss = Number.NaN
  for (let step = 0; step <= steps; step++) {
    const look = looks.indexOf(step)
    if (look >= 0) {
      const weights = await checkStructuredFilters(model, { seed })
      const change = step > 0 ? await checkStructuredFilters(model, { seed, initial }) : undefined
      see(look, {
        loss,
        C: weights.measured.C,
        moved: change?.measured['change / weights'],
        weights: weights.status === 'passed',
        change: change?.status === 'passed',
      })
    }
    const rows = Int32Array.from({ length: 32 }, () => Math.floor(random() * xs.shape[0]))
    const [x, y] = [tf.gather(xs, rows), tf.gather(ys, rows)]
    loss = await model.trainOnBatch(x, y)
    tf.dispose([x, y])
  }
  initial.dispose()
  tf.dispose(model.getWeights())
}

function orderOf(length, seed) {
  const random = mulberry32(seed)
  const keys = Float64Array.from({ length }, random)
  return Int32Array.from({ length }, (_, i) => i).sort((a, b) => keys[a] - keys[b])
}

function percent(share) {
  return `${(100 * share).toFixed(share < 0.1 ? 2 : 0)} %`
}

await (part === 'noise' ? noise(...rest.map(Number)) : trained(...rest))
