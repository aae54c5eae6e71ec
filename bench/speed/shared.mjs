// How often the same training step is made: the same weights updated on the same batch. Counted, not timed.
import * as tf from '@tensorflow/tfjs'
import { backendInUse, selectBackend } from '../../dist/backend/select.js'
import {
  checkHealthyActivations,
  checkHealthyGradients,
  checkUpdatesEveryWeight,
  checkZeroInputBaseline,
  runRecipe,
} from '../../dist/checks/index.js'
import { checkOverfitBatchWatched } from '../../dist/checks/skeleton/overfit-watched.js'
import { rememberLibrary } from '../../dist/memo/library.js'
import { withMemory } from '../../dist/memo/remember.js'
import { openStore } from '../../dist/memo/store.js'
import { surroundingsOf } from '../../dist/memo/surroundings.js'
import { digits } from '../digits.mjs'
import { digestOf, onEachStep } from './count-work.mjs'
import { createModel, layersOf } from './models.mjs'

await selectBackend({ backend: 'auto', root: new URL('../..', import.meta.url).pathname })
rememberLibrary()
const counted = { made: 0, distinct: new Set() }
onEachStep((program, batch) => {
  counted.made++
  counted.distinct.add(digestOf(program, batch))
})

const memory = { store: openStore(), surroundings: surroundingsOf(backendInUse()) }
const data = { train: digits('train', 0, 2000), validation: digits('t10k', 0, 1000) }
const batch = digits('train', 0, 64)

const rows = []
for (const name of Object.keys(layersOf)) {
  const create = () => createModel(tf, name)
  const recipe = () => runRecipe({ create, ...data })
  const five = async () => {
    for (const check of [
      checkOverfitBatchWatched,
      checkUpdatesEveryWeight,
      checkHealthyActivations,
      checkHealthyGradients,
    ])
      await check(create, batch)
    await checkZeroInputBaseline(create, data.train)
  }
  await count(`one recipe, ${name}`, recipe)
  await count(`two files with that recipe and five matchers each, ${name}`, () =>
    withMemory(memory, async () => {
      for (let file = 0; file < 2; file++) {
        await recipe()
        await five()
      }
    }),
  )
}
process.stdout.write(`\n@${JSON.stringify(rows)}\n`)

async function count(what, body) {
  counted.made = 0
  counted.distinct.clear()
  await body()
  rows.push({ what, made: counted.made, distinct: counted.distinct.size })
}
