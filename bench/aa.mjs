// How often does toGeneralizeBetterThan pass when there is nothing to find? A program is compared with itself from
// other first weights, on the same batches, from another first seed in each comparison. Prints the table of
// docs/experiments.md. Not run in CI.
// npm run build && node bench/aa.mjs [comparisons=500] [steps=30] [seeds=8]
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../dist/backend/select.js'
import { checkGeneralizesBetter } from '../dist/checks/index.js'

const [comparisons = 500, steps = 30, seeds = 8] = process.argv.slice(2).map(Number)
await selectBackend({ backend: 'auto', root: join(import.meta.dirname, '..') })

const examplesOf = (count, seed) => {
  const xs = tf.randomNormal([count, 6], 0, 1, 'float32', seed)
  const column = (index) => xs.slice([0, index], [-1, 1])
  const ys = tf.tidy(() =>
    column(0)
      .mul(column(1))
      .add(column(2))
      .add(tf.randomNormal([count, 1], 0, 0.3, 'float32', seed + 1)),
  )
  return { xs, ys }
}

const create = () => {
  const model = tf.sequential()
  model.add(tf.layers.dense({ inputShape: [6], units: 8, activation: 'tanh' }))
  model.add(tf.layers.dense({ units: 1 }))
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' })
  return model
}

/** The same program from other weights: a first one has used up what the seed gave. */
const again = () => {
  create().dispose()
  return create()
}

const data = { train: examplesOf(100, 1), validation: examplesOf(100, 3) }
const claims = {
  'lowers it at all': { metric: 'loss', effect: 'lowers', by: 0, unit: 'relative' },
  'by ≥ 1 %, the default': 'lowers validation loss',
}
console.log(
  `| claim | ${comparisons} comparisons: passed | refuted | undecided | seeds on average |\n|---|---|---|---|---|`,
)
for (const [name, hypothesis] of Object.entries(claims)) {
  const counts = { supported: 0, refuted: 0, undecided: 0 }
  let used = 0
  for (let i = 0; i < comparisons; i++) {
    const result = await checkGeneralizesBetter(again, create, {
      ...data,
      steps,
      seeds,
      hypothesis,
      seed: 1 + 1000 * i,
    })
    const [, verdict] = /: (supported|refuted|undecided)\./.exec(result.summary)
    counts[verdict]++
    used += result.measured.seeds
  }
  const shares = Object.values(counts).map((count) => `${((100 * count) / comparisons).toFixed(1)} %`)
  console.log(`| ${name} | ${shares.join(' | ')} | ${(used / comparisons).toFixed(1)} |`)
}
