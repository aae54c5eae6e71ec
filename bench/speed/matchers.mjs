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
import { createModel, examplesFor, layersOf, sequenceProgram } from './models.mjs'
import { pictureMatchers } from './pictures/of-programs.mjs'

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

const programs = {
  ...Object.fromEntries(Object.keys(layersOf).map((name) => [name, matchersOfDigits])),
  [sequenceProgram]: matchersOfSequences,
}

const found = {}
for (const [name, matchersOf] of Object.entries(programs)) {
  const matchers = Object.entries(await matchersOf(name)).filter(
    ([matcher]) => !only || only.split(',').includes(matcher),
  )
  if (matchers.length === 0) continue
  await warmUp(name)
  found[name] = {}
  for (const [matcher, check] of matchers) {
    const tensors = tf.memory().numTensors
    found[name][matcher] = mode === 'work' ? await workOf(check, describe) : await timed(check)
    if (tf.memory().numTensors !== tensors) throw new Error(`${matcher}, ${name}: tensors leaked`)
  }
}
process.stdout.write(`\n@${JSON.stringify(found)}\n`)

/** What is compiled at first use, natively and by V8, is not what a matcher costs. */
async function warmUp(name) {
  const examples = examplesFor(tf, name, 64)
  await checks.checkReproducible(() => createModel(tf, name), examples, { seed, steps: 50 })
}

async function matchersOfDigits(name) {
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
  const takeSteps = async (model, count) => {
    for (let step = 0; step < count; step++) await model.trainOnBatch(batch.xs, batch.ys)
  }
  for (const model of members) await takeSteps(model, 20)
  const [program, copy] = [await openProgram(same, seed), await openProgram(same, seed)]
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
    toNotLeakTensors: () => checks.checkNoTensorLeak(() => takeSteps(members[0], 10), { seed }),
    toMatchReference: () =>
      checks.checkMatchesReference(
        (xs) => program.predict(xs),
        (xs) => copy.predict(xs),
        { on: train.xs, seed },
      ),
    ...pictureMatchers(same, { train, validation, batch, seed }),
  }
}

/** Those that look at what time does. */
function matchersOfSequences(name) {
  const create = () => {
    const model = createModel(tf, name)
    sizes.set(model, { name, size: 1 })
    return model
  }
  const batch = examplesFor(tf, name, 64)
  return { toBeCausal: () => checks.checkCausal(create, batch, { seed }) }
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
