// Each matcher that trains a program or looks at its predictions: `matchers.mjs work` prints what it does, as training
// steps and forward passes, `matchers.mjs time` the milliseconds it takes. A third argument names the matchers that are
// wanted, divided by commas.
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../dist/backend/select.js'
import * as checks from '../../dist/checks/index.js'
import { sameBatch } from '../../dist/training/batches.js'
import { openProgram } from '../../dist/training/open.js'
import { trainProgram } from '../../dist/training/run.js'
import { digits } from '../digits.mjs'
import { workOf } from './count-work.mjs'
import { createModel, layersOf } from './models.mjs'

const seed = 42
/** Steps on one batch, where a check makes as many as it needs. */
const wanted = 200
const sizes = new WeakMap()

await selectBackend({ backend: 'auto', root: new URL('../..', import.meta.url).pathname })
const train = digits('train', 0, 1000)
const validation = digits('t10k', 0, 500)
const batch = digits('train', 0, 64)
/** So few that they are soon learnt by heart. */
const few = digits('train', 0, 50)
const [mode, only] = process.argv.slice(2)

const found = {}
for (const name of Object.keys(layersOf)) {
  found[name] = {}
  const matchers = await matchersOf(name)
  // What is compiled at first use, natively and by V8, is not what a matcher costs.
  await matchers.toTrainReproducibly()
  for (const [matcher, check] of Object.entries(matchers)) {
    if (only && !only.split(',').includes(matcher)) continue
    const tensors = tf.memory().numTensors
    found[name][matcher] = mode === 'work' ? await workOf(check, describe) : await timed(check)
    if (tf.memory().numTensors !== tensors) throw new Error(`${matcher}, ${name}: tensors leaked`)
  }
}
process.stdout.write(`\n@${JSON.stringify(found)}\n`)

async function matchersOf(name) {
  const create = (size = 1) => {
    const model = createModel(tf, name, size)
    sizes.set(model, { name, size })
    return model
  }
  const same = () => create()
  const smaller = () => create(0.5)
  const goal = await lossAtStep(same)
  const short = { seed, steps: 50 }
  const paired = { ...short, seeds: 2, train, validation }
  const members = [create(), create(), create()]
  for (const model of members) {
    for (let step = 0; step < 20; step++) await model.trainOnBatch(batch.xs, batch.ys)
  }
  return {
    toHaveInitLossNear: () => checks.checkInitLoss(same, { on: train, seed }),
    toStartAtBaseRate: () => checks.checkBaseRate(same, train, { seed }),
    toTrainReproducibly: () => checks.checkReproducible(same, batch, short),
    toEvaluateConsistently: () => checks.checkEvaluatesConsistently(same, batch, { seed }),
    toOverfitBatch: () => checks.checkOverfitBatch(same, batch, { loss: goal.loss, accuracy: 0, seed }),
    toBeatZeroInputBaseline: () =>
      checks.checkZeroInputBaseline(same, train, { validation, seed, margin: 0.6 }),
    toDecreaseLossWithCapacity: () =>
      checks.checkCapacity(create, train, { ...short, capacities: [0.5, 1, 2] }),
    toKeepExamplesIndependent: () => checks.checkExamplesIndependent(same, batch, { seed }),
    toUseEveryInput: () => checks.checkUsesEveryInput(same, batch, { seed }),
    toUpdateEveryWeight: () => checks.checkUpdatesEveryWeight(same, batch, short),
    toHaveHealthyActivations: () => checks.checkHealthyActivations(same, batch, short),
    toHaveHealthyGradients: () => checks.checkHealthyGradients(same, batch, short),
    toReachHumanBaseline: () =>
      checks.checkHumanBaseline(same, { ...short, train, on: validation, metric: 'accuracy', value: 0.1 }),
    toOverfitTrainingSet: () =>
      checks.checkOverfitTrainingSet(same, train, { seed, loss: 0.5, accuracy: 0.1 }),
    toEarnItsComplexityOver: () => checks.checkEarnsItsComplexity(same, smaller, paired),
    toImproveWithEachAddition: () => checks.checkImprovesWithEachAddition([smaller, same], paired),
    toGeneralizeBetterThan: () => checks.checkGeneralizesBetter(same, smaller, paired),
    toStopEarly: () =>
      checks.checkStopsEarly(same, { train: few, validation, seed, steps: 200, every: 10, patience: 2 }),
    toTrainAsWellAsAdam: () => checks.checkTrainsAsWellAsAdam(same, train, { seed, steps: 250, seeds: 1 }),
    toHaveStructuredFilters: () => checks.checkStructuredFilters(same, { ...short, train }),
    toBeatItsMembers: () => checks.checkBeatsItsMembers(members, validation, { seed }),
    toHaveConverged: () => checks.checkHasConverged(same, { seed, steps: 250, train, validation }),
  }
}

function describe(model) {
  const known = sizes.get(model)
  if (known) return known
  // A copy of one of ours.
  const [name] = Object.keys(layersOf).filter((one) => layersOf[one](tf).length === model.layers.length)
  return { name, size: 1 }
}

async function timed(check) {
  const started = performance.now()
  await check()
  return performance.now() - started
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
