// Whole recipes: `recipe.mjs time` prints seconds, `recipe.mjs work` the distinct training steps and forward passes that
// they make, the same weights updated on the same batch counted once.
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../dist/backend/select.js'
import { runRecipe } from '../../dist/checks/index.js'
import { digits } from '../digits.mjs'
import { workOf } from './count-work.mjs'
import { createModel, moons } from './models.mjs'

await selectBackend({ backend: 'auto', root: new URL('../..', import.meta.url).pathname })
const [mode] = process.argv.slice(2)
const recipes = {
  'MNIST CNN, 2000 digits': {
    create: () => createModel(tf, 'CNN 16/32 filters'),
    train: digits('train', 0, 2000),
    validation: digits('t10k', 0, 1000),
  },
  'MNIST MLP, 2000 digits': {
    create: () => createModel(tf, 'MLP 784-64-32-10'),
    train: digits('train', 0, 2000),
    validation: digits('t10k', 0, 1000),
  },
  'moons, MLP': { create: () => createModel(tf, 'MLP 2-16-16-1'), ...moons(tf) },
}

const found = {}
for (const [name, recipe] of Object.entries(recipes)) {
  found[name] = {}
  for (const budget of ['quick', 'standard']) {
    const run = () => runRecipe(recipe, { budget })
    found[name][budget] = mode === 'work' ? await workOf(run, describe, { distinct: true }) : await timed(run)
  }
}
process.stdout.write(`\n@${JSON.stringify(found)}\n`)

/** All models of these recipes have a number of layers of their own. */
function describe({ layers }) {
  const name = { 6: 'CNN 16/32 filters', 4: 'MLP 784-64-32-10', 3: 'MLP 2-16-16-1' }[layers.length]
  return { name, size: 1 }
}

async function timed(run) {
  const started = performance.now()
  const { results, passed } = await run()
  const seconds = (performance.now() - started) / 1000
  if (!passed) throw new Error('a recipe that works failed')
  const data = results.filter(({ stage }) => stage === 'data').reduce((sum, one) => sum + one.seconds, 0)
  return {
    seconds,
    data,
    ran: results.filter(({ status }) => status !== 'skipped').length,
    slowest: results
      .toSorted((a, b) => b.seconds - a.seconds)
      .slice(0, 3)
      .map(({ check, seconds: own }) => `${check} ${own.toFixed(2)}`),
  }
}
