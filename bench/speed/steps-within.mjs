// The checks, milliseconds for each training step they make: overfitting one batch, and the probes of gradients and
// activations. Prints also what they cost in memory.
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../dist/backend/select.js'
import {
  checkHealthyActivations,
  checkHealthyGradients,
  checkOverfitBatch,
  checkReproducible,
} from '../../dist/checks/index.js'
import { sameBatch } from '../../dist/training/batches.js'
import { openProgram } from '../../dist/training/open.js'
import { trainProgram } from '../../dist/training/run.js'
import { digits } from '../digits.mjs'
import { createModel, layersOf } from './models.mjs'

await selectBackend({ backend: 'auto', root: new URL('../..', import.meta.url).pathname })
const wanted = Number(process.argv[2] ?? 200)
const seed = 42
const batch = digits('train', 0, 64)
const found = {}
for (const name of Object.keys(layersOf)) {
  const create = () => createModel(tf, name)
  const goal = await lossAtStep(create)
  const tensors = tf.memory().numTensors
  found[name] = {
    toOverfitBatch: await timed(goal.steps, async () => {
      const { status, measured } = await checkOverfitBatch(create, batch, {
        loss: goal.loss,
        accuracy: 0,
        seed,
      })
      if (status !== 'passed' || measured.steps !== goal.steps)
        throw new Error(`${status} after ${measured.steps}`)
    }),
    toTrainReproducibly: await timed(2 * 50, () => checkReproducible(create, batch, { steps: 50, seed })),
    'toHaveHealthyGradients (probes)': await timed(50, () =>
      checkHealthyGradients(create, batch, { steps: 50, seed }),
    ),
    'toHaveHealthyActivations (probes)': await timed(50, () =>
      checkHealthyActivations(create, batch, { steps: 50, seed }),
    ),
  }
  if (tf.memory().numTensors !== tensors) throw new Error(`${name}: tensors leaked`)
}
process.stdout.write(`\n@${JSON.stringify(found)}\n`)

async function timed(steps, check) {
  const started = performance.now()
  await check()
  return (performance.now() - started) / steps
}

/** A step at which the check stops when told to reach its loss: it reads losses at every eighth step. */
async function lossAtStep(create) {
  const program = await openProgram(create, seed)
  const { losses } = await trainProgram(program, sameBatch(batch).next, { seed, steps: wanted + 200 })
  program.dispose()
  let lowest = Infinity
  for (let steps = 8; steps <= losses.length; steps += 8) {
    const loss = losses[steps - 1]
    if (steps >= wanted && loss < lowest) return { steps, loss }
    lowest = Math.min(lowest, loss)
  }
  throw new Error(`no step after ${wanted} has a lower loss than all before`)
}
