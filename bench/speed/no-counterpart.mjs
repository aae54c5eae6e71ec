// Matchers that no loop by hand does the same as: those that look at data or numbers, and those that train or predict for
// as long as they are told. `no-counterpart.mjs names` prints their names, `no-counterpart.mjs time` the milliseconds each
// takes. A third argument names those that are wanted, divided by commas.
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../dist/backend/select.js'
import * as checks from '../../dist/checks/index.js'
import { dataContent } from '../../dist/snapshots/kinds/data.js'
import { figureContent } from '../../dist/snapshots/kinds/figures.js'
import { sampleRatio } from '../../dist/speed/sampling.js'
import { referenceWork, stepsOf } from '../../dist/speed/work.js'
import { openProgram } from '../../dist/training/open.js'
import { digits } from '../digits.mjs'
import { createModel } from './models.mjs'
import { drawn } from './pictures/drawn.mjs'

const seed = 42
const steps = 1000
const create = () => createModel(tf, 'MLP 784-64-32-10')
const [mode, only] = process.argv.slice(2)

await selectBackend({ backend: 'auto', root: new URL('../..', import.meta.url).pathname })
process.stdout.write(`\n@${JSON.stringify(mode === 'names' ? namesOf() : await times())}\n`)

function namesOf() {
  return Object.keys(matchersOf({}))
}

async function times() {
  // What is compiled at first use is not what a matcher costs.
  const others = matchersOf({ train: digits('train', 1000, 200), validation: digits('t10k', 500, 100) })
  const matchers = matchersOf({ train: digits('train', 0, 1000), validation: digits('t10k', 0, 500) })
  const found = {}
  for (const [matcher, check] of Object.entries(matchers)) {
    if (only && !only.split(',').includes(matcher)) continue
    await others[matcher]()
    const tensors = tf.memory().numTensors
    const started = performance.now()
    const result = await check()
    found[matcher] = performance.now() - started
    if (result?.status === 'skipped') throw new Error(`${matcher}: ${result.summary}`)
    if (tf.memory().numTensors !== tensors) throw new Error(`${matcher}: tensors leaked`)
  }
  return found
}

function matchersOf({ train, validation }) {
  const asked = { seed, seconds: 0.5 }
  const numbers = train && asNumbers(train)
  return {
    toHaveFiniteValues: () => checks.checkFiniteValues(train, { seed }),
    toBeNormalized: () => checks.checkNormalized(train, { seed }),
    toHaveNoOutliers: () => checks.checkNoOutliers(train, { seed }),
    toHaveNoDuplicates: () => checks.checkNoDuplicates(train, { seed }),
    toHaveBalancedClasses: () => checks.checkBalancedClasses(train, { seed }),
    toHaveConsistentLabels: () => checks.checkConsistentLabels(train, { seed }),
    toHaveNoTargetLeak: () => checks.checkTargetLeak(numbers, { seed }),
    toBeShuffled: () => checks.checkShuffled(train, { seed }),
    toBeDisjointFrom: () => checks.checkDisjoint(train, validation, { seed }),
    toMatchLabelsOf: () => checks.checkLabelMap(train, validation, { seed }),
    toBeLabelledLike: () => checks.checkLabelledAlike(train, validation, { seed }),
    toBeDistributedLike: () => checks.checkSameDistribution(train, validation, { seed }),
    toLoadDeterministically: () => checks.checkLoadsDeterministically(() => copyOf(train), { seed }),
    toPreserveDistribution: () => checks.checkPreservesDistribution(shifted, train, { seed }),
    toMatchDataImage: () => drawn(dataContent(train, seed, {})),
    toMatchFigure: () =>
      drawn(figureContent({ rate: Array.from({ length: steps }, (_, step) => cosine(step)) }, {})),
    toKeepLearningRate: () => checks.checkKeepsLearningRate(cosine, { steps, seed }),
    toTrainAtLeast: () => checks.checkTrainsAtLeast(create, train, { ...asked, examplesPerSecond: 1 }),
    toPredictWithin: () => checks.checkPredictsWithin(create, train, { ...asked, milliseconds: 1000 }),
    toMatchSpeed: () => speedOfSteps(train, asked),
  }
}

/** The pixels as columns of a table, the label as a number to predict. */
function asNumbers({ xs, ys }) {
  return { xs: tf.reshape(xs, [xs.shape[0], -1]), ys: tf.tidy(() => ys.argMax(1).toFloat().expandDims(1)) }
}

function copyOf({ xs, ys }) {
  return { xs: xs.clone(), ys: ys.clone() }
}

/** One pixel to the right. */
function shifted({ xs, ys }) {
  const [count, height, width, channels] = xs.shape
  const moved = tf.tidy(() =>
    tf.pad(tf.slice(xs, [0, 0, 0, 0], [count, height, width - 1, channels]), [
      [0, 0],
      [0, 0],
      [1, 0],
      [0, 0],
    ]),
  )
  return { xs: moved, ys }
}

function cosine(step) {
  return 5e-4 * (1 + Math.cos((Math.PI * step) / steps))
}

/** Steps in turn with the reference work, as `toMatchSpeed` does before it looks at its file of baselines. */
async function speedOfSteps(examples, { seconds }) {
  const program = await openProgram(create, seed)
  const reference = referenceWork()
  try {
    await sampleRatio(stepsOf(program, examples, seed), reference.work, { seconds, relativeError: 0.02 })
  } finally {
    reference.dispose()
    program.dispose()
  }
}
