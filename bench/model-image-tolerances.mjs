// How far do the numbers of toMatchActivationImage, toMatchConfusionImage and toMatchFigure move when only the machine
// changes, and how far when the program changes? Prints the table of docs/model-images.md.
// npm run build && node bench/model-image-tolerances.mjs [seeds=8]

import { activationContent } from '../dist/snapshots/kinds/activations.js'
import { confusionContent } from '../dist/snapshots/kinds/confusion.js'
import { runPlan } from '../dist/training/planned-run.js'
import { acrossMachines, printMoves } from './across-machines.mjs'
import { digits } from './digits.mjs'

const looks = [50, 100]
const runs = await acrossMachines(import.meta.filename, async ({ create, seed, batchSize }) => {
  const train = digits('train', 0, 2000)
  const on = digits('t10k', 0, 1000)
  const found = {}
  for (const steps of looks) {
    const { program, losses } = await runPlan({ create, train, batchSize }, { seed, steps })
    const few = on.xs.slice(0, 4)
    found[steps] = {
      first: [...activationContent(program, few, { layer: 0 }).values],
      last: [...activationContent(program, few, { layer: 3 }).values],
      counts: [...confusionContent(program, on, { output: 0 }).values],
      losses,
    }
    program.dispose()
  }
  return found
})
if (runs) {
  const columns = looks.flatMap((steps) => [
    [`layer 0, ${steps} steps`, (before, after) => share(before[steps].first, after[steps].first)],
    [`layer 3, ${steps} steps`, (before, after) => share(before[steps].last, after[steps].last)],
    [`losses, ${steps} steps`, (before, after) => share(before[steps].losses, after[steps].losses)],
    [`counts, ${steps} steps`, (before, after) => largest(before[steps].counts, after[steps].counts)],
  ])
  printMoves(runs, Object.fromEntries(columns))
}

function largest(before, after) {
  return Math.max(...before.map((value, i) => Math.abs(value - after[i])))
}

function share(before, after) {
  return largest(before, after) / Math.max(...before.map(Math.abs))
}
