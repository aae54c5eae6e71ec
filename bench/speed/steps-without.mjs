// A loop written by hand with TensorFlow.js as it comes: milliseconds of 200 `trainOnBatch` steps, for each program.
// Nothing of this package is loaded, no environment is set.
import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs'
import { digits } from '../digits.mjs'
import { createModel, layersOf } from './models.mjs'

createRequire(import.meta.url)('@tensorflow/tfjs-node')
await tf.setBackend('tensorflow')
const steps = Number(process.argv[2] ?? 200)
const batch = digits('train', 0, 64)
const found = {}
for (const name of Object.keys(layersOf)) {
  await run(name, 10)
  found[name] = (await run(name, steps)) / steps
}
process.stdout.write(`\n@${JSON.stringify(found)}\n`)

async function run(name, count) {
  const model = createModel(tf, name)
  const started = performance.now()
  for (let step = 0; step < count; step++) await model.trainOnBatch(batch.xs, batch.ys)
  const milliseconds = performance.now() - started
  model.dispose()
  return milliseconds
}
