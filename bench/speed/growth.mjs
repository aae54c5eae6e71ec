// How the cost of a check grows with steps, weights and examples, and the peak of memory against a bare loop. Each
// measurement is a process of its own: node growth.mjs one '{…}'.
import { spawnSync } from 'node:child_process'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../dist/backend/select.js'
import { checkReproducible, checkZeroInputBaseline } from '../../dist/checks/index.js'
import { digits } from '../digits.mjs'

const seed = 42
if (process.argv[2] === 'one') await measure(JSON.parse(process.argv[3]))
else compare()

async function measure({ what, units = 64, steps = 100, examples = 600 }) {
  await selectBackend({ backend: 'auto', root: new URL('../..', import.meta.url).pathname })
  const create = () => {
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
  const train = digits('train', 0, examples)
  const batch = { xs: train.xs.slice(0, 64), ys: train.ys.slice(0, 64) }
  const started = performance.now()
  if (what === 'check') await checkReproducible(create, batch, { steps, seed })
  else if (what === 'baseline') await checkZeroInputBaseline(create, train, { steps, seed })
  else {
    // As many steps as the check makes, by hand.
    for (let run = 0; run < 2; run++) {
      const model = create()
      for (let step = 0; step < steps; step++) await model.trainOnBatch(batch.xs, batch.ys)
      model.dispose()
    }
  }
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
  process.stdout.write(`\n@${JSON.stringify(rows)}\n`)
}

function run(settings) {
  const { stdout } = spawnSync(process.execPath, [import.meta.filename, 'one', JSON.stringify(settings)], {
    encoding: 'utf8',
  })
  return JSON.parse(stdout.split('\n@')[1])
}
