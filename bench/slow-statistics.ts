// What it costs that moving statistics of batch normalisation hardly move: docs/health.md.
// npx tsc -p tsconfig.bench.json
// node node_modules/.cache/vitest-recipe/bench/bench/slow-statistics.js [seeds=2]

import * as tf from '@tensorflow/tfjs'
import { cars, digitVectors, moons, penguins } from '../fixtures/zoo/data.js'
import { disposeData, type Program } from '../fixtures/zoo/program.js'
import { selectBackend } from '../src/backend/select.js'
import { errorInUse, movingStatistics } from '../src/diagnosis/slow-statistics.js'
import { lossOf } from '../src/training/measure.js'
import { openProgram } from '../src/training/open.js'
import { runPlan } from '../src/training/planned-run.js'
import type { Examples } from '../src/training/trainable.js'

const [seeds = '2'] = process.argv.slice(2)
await selectBackend({ backend: 'auto', root: process.cwd() })
const { activation, batchNormalization, dense } = tf.layers

interface Normalised {
  data: Program['data']
  layers: (momentum: number) => tf.layers.Layer[]
  rate: number
  loss: string
}

const relu = () => activation({ activation: 'relu' })
const programs: Record<string, Normalised> = {
  'cars, after relu': {
    data: cars,
    layers: (momentum) => [
      dense({ inputShape: [9], units: 32, activation: 'relu' }),
      batchNormalization({ momentum }),
      dense({ units: 1 }),
    ],
    rate: 0.01,
    loss: 'meanSquaredError',
  },
  'cars, two before relu': {
    data: cars,
    layers: (momentum) => [
      dense({ inputShape: [9], units: 32 }),
      batchNormalization({ momentum }),
      relu(),
      dense({ units: 16 }),
      batchNormalization({ momentum }),
      relu(),
      dense({ units: 1 }),
    ],
    rate: 0.005,
    loss: 'meanSquaredError',
  },
  moons: {
    data: moons,
    layers: (momentum) => [
      dense({ inputShape: [2], units: 16 }),
      batchNormalization({ momentum }),
      relu(),
      dense({ units: 1, activation: 'sigmoid' }),
    ],
    rate: 0.01,
    loss: 'binaryCrossentropy',
  },
  'penguins, on standardised inputs': {
    data: penguins,
    layers: (momentum) => [
      batchNormalization({ inputShape: [4], momentum }),
      dense({ units: 16, activation: 'relu' }),
      dense({ units: 3, activation: 'softmax' }),
    ],
    rate: 0.01,
    loss: 'categoricalCrossentropy',
  },
  digits: {
    data: digitVectors,
    layers: (momentum) => [
      dense({ inputShape: [784], units: 32 }),
      batchNormalization({ momentum }),
      relu(),
      dense({ units: 10, activation: 'softmax' }),
    ],
    rate: 0.005,
    loss: 'categoricalCrossentropy',
  },
}

const creating =
  ({ layers, rate, loss }: Normalised, momentum: number) =>
  () => {
    const model = tf.sequential({ layers: layers(momentum) })
    model.compile({ optimizer: tf.train.adam(rate), loss })
    return model
  }

async function lossAfter(program: Normalised, momentum: number, run: { seed: number; steps: number }) {
  const { train, validation } = program.data(run.seed)
  const trained = await runPlan({ create: creating(program, momentum), train }, run)
  const loss = lossOf(trained.program, validation)
  trained.program.dispose()
  disposeData({ train, validation })
  return loss
}

async function constantLoss(program: Normalised, validation: Examples, seed: number) {
  const fresh = await openProgram(creating(program, 0.9), seed)
  fresh.zeroHead!()
  const loss = lossOf(fresh, validation)
  fresh.dispose()
  return loss
}

/** How far off the first three steps say that outputs in use will be. */
async function foretold(program: Normalised, momentum: number, left: number, seed: number) {
  const { train, validation } = program.data(seed)
  const fresh = await openProgram(creating(program, momentum), seed)
  const before = movingStatistics(fresh)
  for (let step = 0; step < 3; step++) tf.dispose(await fresh.step(train))
  const seen = 1 - momentum ** 3
  const errors = movingStatistics(fresh).map((now, i) => errorInUse(before[i]!, now, { left, seen }))
  fresh.dispose()
  disposeData({ train, validation })
  return Math.max(...errors)
}

console.log('| program | seed | steps | left | off by | lost of the gain |\n|---|---|---|---|---|---|')
for (const [name, program] of Object.entries(programs)) {
  for (let seed = 1; seed <= Number(seeds); seed++) {
    const { train, validation } = program.data(seed)
    const worst = await constantLoss(program, validation, seed)
    disposeData({ train, validation })
    for (const steps of [100, 400]) {
      const best = await lossAfter(program, 0.9, { seed, steps })
      for (const left of [0.9, 0.6, 0.4, 0.2, 0.1]) {
        const momentum = left ** (1 / steps)
        const lost = ((await lossAfter(program, momentum, { seed, steps })) - best) / (worst - best)
        const off = await foretold(program, momentum, left, seed)
        console.log(
          `| ${name} | ${seed} | ${steps} | ${left} | ${off.toFixed(2)} | ${(100 * lost).toFixed(0)} % |`,
        )
      }
    }
  }
}
