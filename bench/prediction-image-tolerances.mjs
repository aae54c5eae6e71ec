// How far do the predictions that toMatchPredictionImage follows move when only the machine changes, and how far when
// the program changes? Prints the table of docs/data-images.md.
// npm run build && node bench/prediction-image-tolerances.mjs [seeds=8]
import { recordDynamics } from '../dist/training/prediction-dynamics.js'
import { acrossMachines, printMoves } from './across-machines.mjs'
import { digits } from './digits.mjs'

const looks = [20, 50, 100]
const runs = await acrossMachines(import.meta.filename, async ({ create, seed, batchSize }) => {
  const train = digits('train', 0, 2000)
  const on = { xs: train.xs.slice(0, 32), ys: train.ys.slice(0, 32) }
  const steps = Math.max(...looks)
  const found = await recordDynamics(create, { train, on, seed, steps, batchSize, output: 0 })
  return { values: [...found.values], steps: found.looks }
})
if (runs) {
  const upTo = (step) => (before, after) => largestMove(before, after, step)
  printMoves(runs, Object.fromEntries(looks.map((step) => [`${step} steps`, upTo(step)])))
}

/** Largest |Δ| of a probability at the looks up to a step. */
function largestMove(before, after, step) {
  const count = before.steps.length
  let largest = 0
  for (const [i, value] of before.values.entries())
    if (before.steps[i % count] <= step) largest = Math.max(largest, Math.abs(value - after.values[i]))
  return largest
}
