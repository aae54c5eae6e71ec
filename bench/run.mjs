/**
 * What do the matchers cost over a loop written by hand? `npm run bench` trains the same model, from the same
 * data, for the same number of steps, once inside a check and once with `trainOnBatch`, turn by turn in one
 * process. bench/README.md explains the figures. Run `npm run build` first: it measures dist/.
 */
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { Bench } from 'tinybench'
import { selectBackend } from '../dist/backend/select.js'
import { checkOverfitBatch, checkZeroInputBaseline } from '../dist/checks/index.js'
import { minibatches, sameBatch } from '../dist/training/batches.js'
import { openProgram } from '../dist/training/open.js'
import { trainProgram } from '../dist/training/run.js'
import { withSeed } from '../dist/training/seed.js'
import { digits } from './digits.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    steps: { type: 'string', default: '100' },
    backend: { type: 'string', default: 'auto' },
  },
})
const rounds = Number(options.rounds)
const seed = 42
const root = new URL('..', import.meta.url).pathname

const { name, why } = await selectBackend({ backend: options.backend, root })
console.log(`backend ${name} (${why}), Node ${process.version}, TensorFlow.js ${tf.version.tfjs}`)
console.log(`${rounds} rounds, check and loop in turn\n`)

const train = digits('train', 0, 4000)
const validation = digits('t10k', 0, 1000)
const batch = digits('train', 0, 64)

for (const [label, create] of [
  ['CNN, 8 filters', createCnn],
  ['MLP, 32 units', createMlp],
]) {
  await compare(`toOverfitBatch, ${label}`, await overfitPair(create))
  await compare(`toBeatZeroInputBaseline, ${label}`, await baselinePair(create))
}

/** The check, given a loss to reach that it reaches at the wanted step, and the loop that makes as many. */
async function overfitPair(create) {
  const { steps, loss } = await lossAtStep(create, Number(options.steps))
  return {
    steps,
    async check() {
      const result = await checkOverfitBatch(create, batch, { loss, accuracy: 0, seed })
      assertSteps(result, steps)
    },
    async loop() {
      const model = withSeed(seed, create)
      for (let step = 0; step < steps; step++) await model.trainOnBatch(batch.xs, batch.ys)
      dispose(model)
    },
  }
}

/** The check with its default options, and loops that train as long and evaluate once, or as often as the check. */
async function baselinePair(create) {
  const { measured } = await checkZeroInputBaseline(create, train, { validation, seed })
  const { steps } = measured
  async function loop(looks) {
    const model = withSeed(seed, create)
    const batches = minibatches(train, { batchSize: 32, seed })
    for (let step = 0; step < steps; step++) {
      if (looks.includes(step)) await evaluate(model)
      const { xs, ys } = batches.next()
      await model.trainOnBatch(xs, ys)
    }
    batches.dispose()
    await evaluate(model)
    // The check's last look is at inputs of zero.
    if (looks.length > 0) await evaluate(model)
    dispose(model)
  }
  return {
    steps,
    async check() {
      assertSteps(await checkZeroInputBaseline(create, train, { validation, seed }), steps)
    },
    loop: () => loop([]),
    'loop that looks as often': () => loop([0, 25, 50, 100, 200, 400, 800]),
  }
}

async function evaluate(model) {
  const scores = model.evaluate(validation.xs, validation.ys, { batchSize: 1000 })
  for (const score of scores) await score.data()
  tf.dispose(scores)
}

/**
 * The first step from `wanted` on at which the check would stop when told to reach that step's loss: it reads
 * losses at every eighth step, and none read before may be as low.
 */
async function lossAtStep(create, wanted) {
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

function assertSteps({ status, measured }, steps) {
  if (status === 'passed' && measured.steps === steps) return
  throw new Error(`the check ${status} after ${measured.steps} steps; it should pass after ${steps}`)
}

/** Times all once per round, in alternating order, so that drift of the machine hits them alike. */
async function compare(title, { steps, ...tasks }) {
  const tensors = tf.memory().numTensors
  const names = Object.keys(tasks)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    const bench = new Bench({ iterations: 1, time: 0, warmup: false, retainSamples: true })
    // Told that they are asynchronous: else tinybench calls each once more, to see.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      bench.add(name, tasks[name], { async: true })
    }
    for (const { name, result } of await bench.run()) {
      if (result.error) throw result.error
      // The round before the first warms up.
      if (round >= 0) times[name].push(...result.latency.samples)
    }
  }
  if (tf.memory().numTensors !== tensors) throw new Error(`${title} leaked tensors`)
  console.log(`${title}, ${steps} steps`)
  for (const name of names) {
    const ratio =
      name === 'check' ? '' : `, check / loop ${(median(times.check) / median(times[name])).toFixed(3)}`
    const byRound = times.check.map((time, round) => time / times[name][round])
    console.log(`  ${name}: ${spread(times[name], ' ms')}${ratio && `${ratio}; by round ${spread(byRound)}`}`)
  }
  console.log()
}

/** Median and the middle half. */
function spread(values, unit = '') {
  const digits = unit ? 0 : 3
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))].toFixed(digits)
  return `${median(values).toFixed(digits)}${unit} (${at(0.25)} to ${at(0.75)})`
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** A model does not own an optimizer that was given to it as an object. */
function dispose(model) {
  const { optimizer } = model
  model.dispose()
  optimizer.dispose()
}

function createCnn() {
  return compile([
    tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 5, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ])
}

function createMlp() {
  return compile([
    tf.layers.flatten({ inputShape: [28, 28, 1] }),
    tf.layers.dense({ units: 32, activation: 'relu' }),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ])
}

function compile(layers) {
  const model = tf.sequential({ layers })
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}
