import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { loop } from '../../fixtures/zoo/loop.js'
import type { Budget } from '../../src/recipe/recipe.js'
import { runRecipe } from '../../src/recipe/run-recipe.js'
import { mulberry32 } from '../../src/training/seed.js'
import type { Examples } from '../../src/training/trainable.js'

/** Losses whose minimum is not where the prediction is the label: the answers tell by their order. */

const width = 6
const layers = () => [
  tf.layers.dense({ inputShape: [width], units: 16, activation: 'tanh' }),
  tf.layers.dense({ units: 1 }),
]

function examples(
  seed: number,
  count: number,
  labelOf: (x: number[], random: () => number) => number,
): Examples {
  const random = mulberry32(seed)
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const rows = Array.from({ length: count }, () => Array.from({ length: width }, gauss))
  return { xs: tf.tensor2d(rows), ys: tf.tensor2d(rows.map((x) => [labelOf(x, random)])) }
}

/** Knuth's multiplication of uniform numbers. */
function poisson(rate: number, random: () => number): number {
  const limit = Math.exp(-rate)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count++
  return count
}

const counts = ([a, b]: number[], random: () => number) =>
  poisson(Math.exp(0.8 + 0.6 * a! - 0.5 * b!), random)
const signs = ([a, b, c]: number[]) => Math.sign(a! + b! * c!) || 1
const near = ([a, b]: number[]) => Number(Math.abs(a! - b!) < 1)

const poissonOfLogRate = (y: tf.Tensor, z: tf.Tensor) => tf.exp(z).sub(y.mul(z)).mean()
const hinge = (y: tf.Tensor, p: tf.Tensor) => tf.relu(tf.sub(1, y.mul(p))).mean()
/** Predictions are distances: small for the same, beyond 1 for others. */
const contrastive = (y: tf.Tensor, d: tf.Tensor) =>
  y
    .mul(d.square())
    .add(tf.sub(1, y).mul(tf.relu(tf.sub(1, d)).square()))
    .mean()

const programs = [
  ['a log rate under a Poisson loss', counts, poissonOfLogRate],
  ['a custom hinge of -1 and 1', signs, hinge],
  ['distances under a contrastive loss', near, contrastive],
] as const

describe.each(programs)('%s', (_, labelOf, loss) => {
  const run = (
    seed: number,
    changed: Partial<Parameters<typeof loop>[0]> = {},
    { mixed = false, budget = 'quick' as Budget } = {},
  ) => {
    const train = examples(seed, 600, labelOf)
    const validation = examples(seed + 100, 300, labelOf)
    const ys = mixed ? tf.reverse(train.ys as tf.Tensor, 0) : (train.ys as tf.Tensor)
    return runRecipe(
      {
        create: () => loop({ layers, optimizer: () => tf.train.adam(0.01), loss, ...changed }),
        train: { ...train, ys },
        validation,
      },
      { seed, budget },
    )
  }

  test.each([1, 2, 3])('raises no alarm, seed %i', async (seed) => {
    const { results } = await run(seed, {}, { budget: 'standard' })
    expect(results.filter(({ status }) => status === 'failed').map(({ summary }) => summary)).toEqual([])
  })

  test('its sign flipped is caught', async () => {
    const { passed } = await run(1, { loss: (y: tf.Tensor, p: tf.Tensor) => tf.neg(loss(y, p)) as tf.Tensor })
    expect(passed).toBe(false)
  })

  test('labels of other examples are caught', async () => {
    const { passed } = await run(1, {}, { mixed: true })
    expect(passed).toBe(false)
  })

  test('a rate of 1e-6 is caught', async () => {
    const { passed, causes } = await run(1, { optimizer: () => tf.train.adam(1e-6) })
    expect(passed).toBe(false)
    expect(causes[0]?.name).toBe('learning-rate-too-low')
  })
})

test.each([1, 2, 3])('raw columns behind batch normalisation raise no alarm, seed %i', async (seed) => {
  const scaled = (x: Examples) => ({
    ...x,
    xs: tf.mul(x.xs as tf.Tensor, [1, 20, 400, 3000, 1, 60]).add([0, 100, 2000, 9000, 4, 0]),
  })
  const quantity = ([a, b, c]: number[], random: () => number) => a! - b! * c! + 0.3 * random()
  const create = () => {
    const model = tf.sequential({
      layers: [
        tf.layers.batchNormalization({ inputShape: [width] }),
        ...[tf.layers.dense({ units: 24, activation: 'relu' }), tf.layers.dense({ units: 1 })],
      ],
    })
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' })
    return model
  }
  const { results } = await runRecipe(
    {
      create,
      train: scaled(examples(seed, 600, quantity)),
      validation: scaled(examples(seed + 100, 300, quantity)),
    },
    { seed },
  )
  expect(results.filter(({ status }) => status === 'failed').map(({ summary }) => summary)).toEqual([])
})
