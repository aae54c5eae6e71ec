// Whole recipes: seconds, and the training steps they make.
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../dist/backend/select.js'
import { runRecipe } from '../../dist/checks/index.js'
import { digits } from '../digits.mjs'
import { onEachStep } from './count-steps.mjs'
import { createModel } from './models.mjs'

await selectBackend({ backend: 'auto', root: new URL('../..', import.meta.url).pathname })
let steps = 0
onEachStep(() => {
  steps++
})

const rows = []
for (const [name, recipe] of Object.entries({
  'MNIST CNN, 2000 digits': {
    create: () => createModel(tf, 'CNN 16/32 filters, batch 64'),
    train: digits('train', 0, 2000),
    validation: digits('t10k', 0, 1000),
  },
  'moons, MLP': moons(),
})) {
  for (const budget of ['quick', 'standard']) {
    const started = performance.now()
    steps = 0
    const { results, passed } = await runRecipe(recipe, { budget })
    const seconds = (performance.now() - started) / 1000
    const slowest = results.toSorted((a, b) => b.seconds - a.seconds).slice(0, 3)
    rows.push({
      name,
      budget,
      seconds,
      steps,
      passed,
      ran: results.filter(({ status }) => status !== 'skipped').length,
      slowest,
    })
  }
}
process.stdout.write(`\n@${JSON.stringify(rows)}\n`)

/** Two half circles. */
function moons() {
  const rows = Array.from({ length: 600 }, (_, i) => {
    const angle = ((i >> 1) / 300) * Math.PI
    const noise = () => 0.1 * (Math.random() - 0.5)
    return i % 2 === 0
      ? [Math.cos(angle) - 0.5 + noise(), Math.sin(angle) - 0.25 + noise()]
      : [0.5 - Math.cos(angle) + noise(), 0.25 - Math.sin(angle) + noise()]
  })
  const of = (parity) => rows.map((_, i) => i).filter((i) => (i % 5 === 4) === parity)
  const examples = (indices) => ({
    xs: tf.tensor2d(indices.map((i) => rows[i])),
    ys: tf.tensor2d(indices.map((i) => [i % 2])),
  })
  const create = () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [2], units: 16, activation: 'relu' }),
        tf.layers.dense({ units: 16, activation: 'relu' }),
        tf.layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    })
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy' })
    return model
  }
  return { create, train: examples(of(false)), validation: examples(of(true)) }
}
