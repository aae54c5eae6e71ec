// How the cost of a check grows with steps, weights and examples, and the peak of memory against a bare loop. Each
// measurement is a process of its own: node growth.mjs one '{…}'.
import { spawnSync } from 'node:child_process'
import * as tf from '@tensorflow/tfjs'
import { backendInUse, selectBackend } from '../../dist/backend/select.js'
import {
  checkReproducible,
  checkUpdatesEveryWeight,
  checkZeroInputBaseline,
  runRecipe,
} from '../../dist/checks/index.js'
import { rememberLibrary } from '../../dist/memo/library.js'
import { withMemory } from '../../dist/memo/remember.js'
import { openStore } from '../../dist/memo/store.js'
import { surroundingsOf } from '../../dist/memo/surroundings.js'
import { digits } from '../digits.mjs'

const seed = 42
if (process.argv[2] === 'one') await measure(JSON.parse(process.argv[3]))
else compare()

async function measure({ what, units = 64, steps = 100, examples = 600, times = 1 }) {
  await selectBackend({ backend: 'auto', root: new URL('../..', import.meta.url).pathname })
  rememberLibrary()
  const memory = { store: openStore(), surroundings: surroundingsOf(backendInUse()) }
  const modelOf = (units) => {
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [28, 28, 1] }),
        tf.layers.dense({ units, activation: 'relu' }),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    })
    model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' })
    return model
  }
  const create = () => modelOf(units)
  const train = digits('train', 0, examples)
  const batch = { xs: train.xs.slice(0, 64), ys: train.ys.slice(0, 64) }
  const repeated = (body) =>
    withMemory(memory, async () => {
      for (let i = 0; i < times; i++) await body(i)
    })
  const work = {
    check: () => checkReproducible(create, batch, { steps, seed }),
    async loop() {
      // As many steps as the check makes, by hand.
      for (let run = 0; run < 2; run++) {
        const model = create()
        for (let step = 0; step < steps; step++) await model.trainOnBatch(batch.xs, batch.ys)
        model.dispose()
      }
    },
    baseline: () => checkZeroInputBaseline(create, train, { steps, seed }),
    // Different ones: each is trained, and remembered.
    checks: () => repeated((i) => checkUpdatesEveryWeight(create, batch, { seed: i, steps: 10 })),
    models: () => repeated((i) => runRecipe({ create: () => modelOf(units + i), train: batch })),
  }
  const started = performance.now()
  await work[what]()
  const milliseconds = performance.now() - started
  process.stdout.write(
    `\n@${JSON.stringify({ milliseconds, megabytes: process.resourceUsage().maxRSS / 1024 })}\n`,
  )
}

function compare() {
  const base = run({ what: 'check' })
  const rows = Object.entries({
    '10 × the steps': { steps: 1000 },
    '10 × the weights': { units: 640 },
    '100 × the weights': { units: 6400 },
  }).map(([name, change]) => {
    const [check, loop] = [run({ what: 'check', ...change }), run({ what: 'loop', ...change })]
    return {
      name,
      growth: check.milliseconds / base.milliseconds,
      againstLoop: check.milliseconds / loop.milliseconds,
      memory: check.megabytes / loop.megabytes,
    }
  })
  const few = run({ what: 'baseline' })
  const many = run({ what: 'baseline', examples: 6000 })
  rows.push({
    name: '10 × the examples (toBeatZeroInputBaseline)',
    growth: many.milliseconds / few.milliseconds,
  })
  for (const [name, what, once] of [
    ['10 × the checks (toUpdateEveryWeight, 10 seeds → 100)', 'checks', 10],
    ['10 × the models (recipes on 64 digits, 2 → 20)', 'models', 2],
  ]) {
    const few = run({ what, times: once })
    const many = run({ what, times: 10 * once })
    rows.push({
      name,
      growth: many.milliseconds / few.milliseconds,
      memoryGrowth: many.megabytes / few.megabytes,
    })
  }
  process.stdout.write(`\n@${JSON.stringify(rows)}\n`)
}

function run(settings) {
  const { stdout } = spawnSync(process.execPath, [import.meta.filename, 'one', JSON.stringify(settings)], {
    encoding: 'utf8',
  })
  return JSON.parse(stdout.split('\n@')[1])
}
