// toMatchSpeed on a noisy machine: how often does an unchanged program fail, and a program that is 30 % slower pass? Each
// measurement is a process of its own, with up to three processes beside it that keep the cores busy at random.
// npm run build && node bench/speed-alarms.mjs [runs=50]
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../dist/backend/select.js'
import { sampleRatio } from '../dist/speed/sampling.js'
import { referenceWork, stepsOf } from '../dist/speed/work.js'
import { openProgram } from '../dist/training/open.js'
import { digits } from './digits.mjs'

const tolerance = 0.1
const control = { seconds: 4, relativeError: 0.02 }
const models = {
  CNN: () => [
    tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 5, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ],
  MLP: () => [
    tf.layers.flatten({ inputShape: [28, 28, 1] }),
    tf.layers.dense({ units: 32, activation: 'relu' }),
    tf.layers.dense({ units: 10, activation: 'softmax' }),
  ],
}

if (process.argv[2] === 'one') await measure(JSON.parse(process.argv[3]))
else if (process.argv[2] === 'busy') keepBusy()
else compare(Number(process.argv[2] ?? 50))

async function measure({ model, slower }) {
  await selectBackend({ backend: 'auto', root: join(import.meta.dirname, '..') })
  const create = () => {
    const made = tf.sequential({ layers: models[model]() })
    made.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' })
    return made
  }
  const program = await openProgram(create, 42)
  const steps = stepsOf(program, digits('train', 0, 32), 42)
  // Slower in the way programs are: each step takes longer.
  const work = async (times) => {
    for (let i = 0; i < times; i++) {
      const started = performance.now()
      await steps(1)
      const until = performance.now() + slower * (performance.now() - started)
      while (performance.now() < until);
    }
  }
  const reference = referenceWork()
  const first = await sampleRatio(work, reference.work, control)
  const second = await sampleRatio(work, reference.work, control)
  process.stdout.write(`\n@${JSON.stringify([first, second])}\n`)
}

/** Works and rests by turns of random length. */
function keepBusy() {
  for (;;) {
    const until = performance.now() + 2000 * Math.random()
    while (performance.now() < until);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000 * Math.random())
  }
}

function compare(runs) {
  for (const model of Object.keys(models)) {
    const baseline = run({ model, slower: 0 }, 0)[0]
    const limit = baseline.high * (1 + tolerance)
    const fails = ([first, second]) => first.low > limit && second.low > limit
    for (const slower of [0, 0.3]) {
      let failed = 0
      const ratios = []
      for (let i = 0; i < runs; i++) {
        const found = run({ model, slower }, i % 4)
        if (fails(found)) failed++
        ratios.push(found[0].middle / baseline.middle - 1)
      }
      ratios.sort((a, b) => a - b)
      const percent = (share) => `${(100 * share).toFixed(0)} %`
      console.log(
        `${model}, ${percent(slower)} slower: ${failed} of ${runs} fail; measured ${percent(ratios[0])} … ${percent(ratios[runs >> 1])} … ${percent(ratios.at(-1))}`,
      )
    }
  }
}

function run(settings, noisy) {
  const beside = Array.from({ length: noisy }, () => spawn(process.execPath, [import.meta.filename, 'busy']))
  const { stdout } = spawnSync(process.execPath, [import.meta.filename, 'one', JSON.stringify(settings)], {
    encoding: 'utf8',
  })
  for (const process of beside) process.kill()
  return JSON.parse(stdout.split('\n@')[1])
}
