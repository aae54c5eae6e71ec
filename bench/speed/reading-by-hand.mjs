// What there is to compare with looking at 1000 digits: reading each number once, and one forward pass of the MLP.
// Milliseconds, with TensorFlow.js as it comes. Nothing of this package is loaded.
import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs'
import { digits } from '../digits.mjs'
import { createModel } from './models.mjs'

createRequire(import.meta.url)('@tensorflow/tfjs-node')
await tf.setBackend('tensorflow')
const examples = digits('train', 0, 1000)
const model = createModel(tf, 'MLP 784-64-32-10')
const reading = await timed(async () => {
  let sum = 0
  for (const tensor of [examples.xs, examples.ys]) sum += sumOf(await tensor.data())
  if (!Number.isFinite(sum)) throw new Error('the digits have no finite sum')
})
const pass = await timed(async () => {
  const predictions = model.predict(examples.xs, { batchSize: 1000 })
  await predictions.data()
  predictions.dispose()
})
process.stdout.write(`\n@${JSON.stringify({ reading, pass })}\n`)

/** The second time: the first compiles. */
async function timed(work) {
  await work()
  const started = performance.now()
  await work()
  return performance.now() - started
}

function sumOf(values) {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum
}
