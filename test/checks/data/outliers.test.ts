import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { digits } from '../../../fixtures/digits.js'
import { checkNoOutliers } from '../../../src/checks/data/outliers.js'
import { mulberry32 } from '../../../src/training/seed.js'
import type { Examples } from '../../../src/training/trainable.js'
import {
  classes,
  counts,
  digitVectors,
  normals,
  quantities,
  sequences,
  smallDigits,
  tokens,
  yesNo,
} from '../../programs/data.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { blobs, categories, irises, labelled, moons, spirals } from './data-sets.js'

const seeds = Array.from({ length: Number(process.env.RUNS ?? 3) }, (_, i) => i + 1)
const featuresOf = (values: ArrayLike<number>, features: number): Examples => ({
  xs: tf.tensor2d(Float32Array.from(values), [values.length / features, features]),
  ys: tf.ones([values.length / features, 1]),
})
const mapped = (count: number, seed: number, change: (value: number) => number, features = 4) =>
  featuresOf(normals(count * features, seed).map(change), features)
const uniforms = (count: number, seed: number) => {
  const random = mulberry32(seed + 11)
  return Float64Array.from({ length: count }, () => 1 - random())
}

describe.each<[string, (seed: number) => Examples]>([
  ['Gaussian features', (seed) => classes(600, seed)],
  ['few Gaussian features', (seed) => classes(30, seed)],
  ['many Gaussian features', (seed) => mapped(5000, seed, (x) => x, 20)],
  ['uniform features', (seed) => featuresOf(uniforms(2000, seed), 4)],
  ['log-normal features', (seed) => mapped(1000, seed, Math.exp)],
  ['few log-normal features', (seed) => mapped(50, seed, Math.exp)],
  ['wide log-normal features', (seed) => mapped(1000, seed, (x) => Math.exp(2 * x))],
  [
    'exponential features',
    (seed) =>
      featuresOf(
        uniforms(4000, seed).map((u) => -Math.log(u)),
        4,
      ),
  ],
  [
    'Laplace features',
    (seed) =>
      featuresOf(
        uniforms(4000, seed).map((u) => (u < 0.5 ? Math.log(2 * u) : -Math.log(2 - 2 * u + 1e-9))),
        4,
      ),
  ],
  ['squares', (seed) => mapped(1000, seed, (x) => x * x)],
  ['cubes', (seed) => mapped(1000, seed, (x) => x ** 3)],
  ['counts as features', (seed) => mapped(1000, seed, (x) => Math.round(Math.exp(0.7 * x)))],
  ['counts as targets', (seed) => counts(500, seed)],
  ['sparse features', (seed) => mapped(1000, seed, (x) => (x > 1 ? Math.exp(x) : 0))],
  ['targets', (seed) => quantities(400, seed, { offset: 100, scale: 20 })],
  ['pictures', (seed) => smallDigits(300, seed)],
  ['pixels in rows', (seed) => digitVectors(500, seed)],
  ['sequences', (seed) => sequences(200, seed)],
  ['categories', (seed) => labelled(categories(500, seed).rows, categories(500, seed).labels, 2)],
  ['irises', (seed) => labelled(irises(150, seed).rows, irises(150, seed).labels, 3)],
  ['blobs', (seed) => labelled(blobs(500, seed).rows, blobs(500, seed).labels, 3)],
  [
    'a rare, far blob',
    (seed) => {
      const { xs } = yesNo(1000, seed)
      const { rows } = blobs(1000, seed)
      return {
        xs: tf.tidy(() =>
          tf.add(
            xs as tf.Tensor,
            tf.tensor2d(rows.map((_, i) => Array.from({ length: 16 }, () => (i % 12 ? 0 : 12)))),
          ),
        ),
        ys: tf.ones([1000, 1]),
      }
    },
  ],
  ['moons', (seed) => labelled(moons(500, seed).rows, moons(500, seed).labels, 2)],
  ['spirals', (seed) => labelled(spirals(500, seed).rows, spirals(500, seed).labels, 2)],
])('%s', (_name, create) => {
  test.each(seeds)('have no outliers, seed %i', async (seed) => {
    const examples = create(seed)
    const { status, summary } = await expectNoNewTensors(() => checkNoOutliers(examples, { seed }))
    expect(['passed', 'skipped'], summary).toContain(status)
  })
})

const replaced = (tensor: tf.Tensor, at: number[], value: number) => {
  const values = Float32Array.from(tensor.dataSync())
  for (const place of at) values[place] = value
  return tf.tensor(values, tensor.shape)
}

describe('are found', () => {
  const good = classes(1000, 1)
  const xs = good.xs as tf.Tensor
  test('in a feature, with example and value', async () => {
    const { status, summary, causes } = await checkNoOutliers({
      ...good,
      xs: replaced(xs, [37 * 16 + 4], 1e4),
    })
    expect(status).toBe('failed')
    expect(summary).toMatch(
      /^1 example of 1000 \(0\.1 %\) has values far outside the others: feature 4 of xs has 10000 in example 37 \(expected -\d+/,
    )
    expect(causes[0]).toMatchObject({ name: 'outliers' })
  })

  test('that stand for missing values', async () => {
    const at = Array.from({ length: 12 }, (_, i) => 16 * 50 * i + 2)
    const { causes, measured } = await checkNoOutliers({ ...good, xs: replaced(xs, at, -999) })
    expect(measured.examples).toBe(12)
    expect(causes[0]!.fix).toMatch(/^-999 is there 12 times: it stands for a missing value/)
  })

  test.each<[string, Examples]>([
    ['targets', { ...quantities(1000, 1), ys: replaced(quantities(1000, 1).ys as tf.Tensor, [5], 1e4) }],
    ['pictures', { ...smallDigits(100, 1), xs: replaced(smallDigits(100, 1).xs as tf.Tensor, [505], 255) }],
    [
      'a tenth of a second input',
      {
        xs: [
          xs,
          replaced(
            xs,
            Array.from({ length: 50 }, (_, i) => 16 * 20 * i),
            1e5,
          ),
        ],
        ys: good.ys,
      },
    ],
    ['a log-normal feature', { ...good, xs: replaced(tf.exp(xs), [5], 1e9) }],
    ['thirty examples', { xs: replaced(xs.slice(0, 30), [5], 1e6), ys: (good.ys as tf.Tensor).slice(0, 30) }],
  ])('in %s', async (_name, examples) => {
    const { status, summary } = await checkNoOutliers(examples)
    expect(status, summary).toBe('failed')
  })

  test('unless they are allowed', async () => {
    const examples = { ...good, xs: replaced(xs, [4], 1e4) }
    expect((await checkNoOutliers(examples, { maxShare: 0.01 })).status).toBe('passed')
  })
})

test.each<[string, Examples]>([
  ['ids', tokens(100, 1)],
  ['ten examples', classes(10, 1)],
])('%s are skipped', async (_name, examples) => {
  expect((await checkNoOutliers(examples)).status).toBe('skipped')
})

test('fast on 60,000 pictures', async () => {
  const { xs, ys } = digits('train', 0, 60_000)
  const started = performance.now()
  const { status, summary } = await checkNoOutliers({ xs: (xs as tf.Tensor).reshape([60_000, 784]), ys })
  expect(status, summary).toBe('passed')
  expect(performance.now() - started).toBeLessThan(6000)
})
