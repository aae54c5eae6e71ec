// What matchers and recipes do, written by hand with TensorFlow.js as it comes: the same models, training steps and
// forward passes. Nothing of this package is loaded, no environment is set. `by-hand.mjs <file>`: a file that
// `matchers.mjs work` or `recipe.mjs work` printed.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs'
import { createModel, examplesFor } from './models.mjs'

createRequire(import.meta.url)('@tensorflow/tfjs-node')
await tf.setBackend('tensorflow')
const examples = new Map()
const examplesOf = (name, size) => {
  const key = `${name} ${size}`
  if (!examples.has(key)) examples.set(key, examplesFor(tf, name, Number(size)))
  return examples.get(key)
}

const found = {}
for (const [group, entries] of Object.entries(JSON.parse(readFileSync(process.argv[2], 'utf8')))) {
  const [{ model }] = Object.values(entries)[0]
  await run([{ model, steps: { 64: 100 }, passes: {} }])
  found[group] = {}
  for (const [name, work] of Object.entries(entries)) found[group][name] = await run(work)
}
process.stdout.write(`\n@${JSON.stringify(found)}\n`)

/** Milliseconds, with the data at hand: of making the models and training them, and of the forward passes. */
async function run(work) {
  for (const { model, steps, passes } of work)
    for (const size of Object.keys({ ...steps, ...passes })) examplesOf(model.name, size)
  const spent = { steps: 0, passes: 0 }
  for (const { model: of, steps, passes } of work) {
    const started = performance.now()
    const model = createModel(tf, of.name, of.size)
    for (const [size, count] of Object.entries(steps)) {
      const { xs, ys } = examplesOf(of.name, size)
      for (let step = 0; step < count; step++) await model.trainOnBatch(xs, ys)
    }
    const trained = performance.now()
    for (const [size, count] of Object.entries(passes)) {
      const { xs } = examplesOf(of.name, size)
      for (let pass = 0; pass < count; pass++) {
        const predictions = model.predict(xs, { batchSize: Number(size) })
        await predictions.data()
        predictions.dispose()
      }
    }
    spent.passes += performance.now() - trained
    spent.steps += trained - started
    model.dispose()
  }
  return spent
}
