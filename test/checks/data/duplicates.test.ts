import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { digits } from '../../../fixtures/digits.js'
import { checkDisjoint } from '../../../src/checks/data/disjoint.js'
import { checkNoDuplicates } from '../../../src/checks/data/duplicates.js'
import { gatherExamples } from '../../../src/training/examples.js'
import type { Examples } from '../../../src/training/trainable.js'
import {
  classes,
  digitVectors,
  normals,
  quantities,
  sequences,
  smallDigits,
  tokens,
} from '../../programs/data.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { blobs, categories, irises, labelled, moons, spirals, truthTable, xor } from './data-sets.js'

const seeds = Array.from({ length: Number(process.env.RUNS ?? 3) }, (_, i) => i + 1)
const healthy: Record<string, (seed: number) => Examples> = {
  features: (seed) => classes(600, seed),
  'one feature': (seed) => quantities(500, seed, { features: 1 }),
  'two features': (seed) => quantities(3000, seed, { features: 2 }),
  sequences: (seed) => sequences(300, seed),
  pictures: (seed) => smallDigits(500, seed),
  'pixels in rows': (seed) => digitVectors(400, seed),
  'ids, six of twenty': (seed) => tokens(500, seed),
  irises: (seed) => labelled(irises(150, seed).rows, irises(150, seed).labels, 3),
  'many irises': (seed) => labelled(irises(1500, seed).rows, irises(1500, seed).labels, 3),
  'a truth table, often': () => labelled(truthTable(50).rows, truthTable(50).labels, 2),
  'a truth table, once': () => labelled(truthTable(1).rows, truthTable(1).labels, 2),
  categories: (seed) => labelled(categories(800, seed).rows, categories(800, seed).labels, 2),
  'few categories': (seed) => labelled(categories(60, seed).rows, categories(60, seed).labels, 2),
  moons: (seed) => labelled(moons(1000, seed).rows, moons(1000, seed).labels, 2),
  spirals: (seed) => labelled(spirals(1000, seed).rows, spirals(1000, seed).labels, 2),
  'exclusive or': (seed) => labelled(xor(1000, seed).rows, xor(1000, seed).labels, 2),
  'tight blobs': (seed) => {
    const { rows, labels } = blobs(600, seed, { distance: 200 })
    return labelled(rows, labels, 3)
  },
  'log-normal features': (seed) => ({
    xs: tf.tensor2d(
      normals(2000, seed).map((value) => Math.exp(2 * value)),
      [1000, 2],
    ),
    ys: tf.ones([1000, 1]),
  }),
  'a walk': (seed) => {
    const steps = tf.tensor2d(normals(2000, seed), [1000, 2])
    return {
      xs: tf.tidy(() => steps.cumsum(0)),
      ys: tf.ones([1000, 1]),
    }
  },
  'a fine grid': () => ({ xs: tf.linspace(0, 1, 1000).reshape([1000, 1]), ys: tf.ones([1000, 1]) }),
  'a design of two factors, ten times': () => ({
    xs: tf.tensor2d(Array.from({ length: 250 }, (_, i) => [(i % 5) / 4, (Math.floor(i / 5) % 5) / 8])),
    ys: tf.ones([250, 1]),
  }),
  'twelve doses with two drugs, ten times': () => ({
    xs: tf.tensor2d(Array.from({ length: 240 }, (_, i) => [1.5 ** (i % 12), Math.floor(i / 12) % 2])),
    ys: tf.ones([240, 1]),
  }),
  'whole numbers below 100': (seed) => ({
    xs: tf.tensor2d(
      normals(1000, seed).map((value) => Math.round(50 + 15 * value)),
      [1000, 1],
    ),
    ys: tf.ones([1000, 1]),
  }),
}

describe.each(Object.entries(healthy))('%s', (_name, create) => {
  test.each(seeds)('has no duplicates beyond chance, seed %i', async (seed) => {
    const examples = create(seed)
    const result = await expectNoNewTensors(() => checkNoDuplicates(examples, { seed }))
    expect(result.status, result.summary).toBe('passed')
  })

  test.each(seeds)('has halves that share nothing beyond chance, seed %i', async (seed) => {
    const examples = create(seed)
    const count = (examples.ys as tf.Tensor).shape[0]!
    const half = (parity: number) =>
      gatherExamples(
        examples,
        Int32Array.from({ length: count >> 1 }, (_, i) => 2 * i + parity),
      )
    const result = await checkDisjoint(half(0), half(1), { seed })
    expect(result.status, result.summary).toBe('passed')
  })
})

/** The examples with the last ones replaced by copies of the first, changed by noise of this deviation. */
function withCopies({ xs, ys }: Examples, copies: number, noise = 0): Examples {
  const values = Float32Array.from((xs as tf.Tensor).dataSync())
  const [count] = (xs as tf.Tensor).shape as [number]
  const width = values.length / count
  const errors = normals(copies * width, 99)
  for (let i = 0; i < copies * width; i++)
    values[(count - copies) * width + i] = values[i]! + noise * errors[i]!
  return { xs: tf.tensor(values, (xs as tf.Tensor).shape), ys }
}

describe('copies are found', () => {
  test.each<[string, Examples, number]>([
    ['one', withCopies(classes(600, 1), 1), 1],
    ['one of 3000 points of the plane', withCopies(quantities(3000, 1, { features: 2 }), 1), 1],
    ['one of 500 numbers', withCopies(quantities(500, 1, { features: 1 }), 1), 1],
    ['a tenth of the digits', withCopies(smallDigits(500, 1), 50), 50],
    ['the half of the irises', withCopies(labelled(irises(150, 1).rows, irises(150, 1).labels, 3), 75), 75],
  ])('%s', async (_name, examples, copies) => {
    const { status, measured, causes, summary } = await checkNoDuplicates(examples)
    expect(status, summary).toBe('failed')
    expect(measured.copies).toBeGreaterThanOrEqual(copies)
    expect(causes[0]!.name).toBe('duplicates')
    expect(causes[0]!.evidence).toMatch(/^examples \d+ = \d+/)
  })

  /** A buffer that each read overwrites holds the last rows only. */
  const lastRowsOnly = (examples: Examples, rows: number, count: number): Examples =>
    gatherExamples(
      examples,
      Int32Array.from({ length: count }, (_, i) => i % rows),
    )

  test.each<[string, Examples]>([
    ['features', lastRowsOnly(classes(24, 1), 24, 600)],
    ['points of the plane', lastRowsOnly(quantities(24, 1, { features: 2 }), 24, 600)],
    ['irises', lastRowsOnly(labelled(irises(30, 1).rows, irises(30, 1).labels, 3), 16, 160)],
    ['sequences', lastRowsOnly(sequences(24, 1), 24, 312)],
  ])('the same few rows in every batch: %s', async (_name, examples) => {
    const { status, causes, summary } = await checkNoDuplicates(examples, { maxShare: 0.02 })
    expect(status, summary).toBe('failed')
    expect(causes[0]!.name).toBe('duplicates')
  })

  test.each<[string, Examples]>([
    ['features, noise 0.001', withCopies(classes(600, 1), 40, 1e-3)],
    ['features, noise 0.0001', withCopies(classes(600, 1), 40, 1e-4)],
    ['points of the plane, noise 0.0001', withCopies(quantities(1000, 1, { features: 2 }), 60, 1e-4)],
    ['digits, noise 0.001', withCopies(smallDigits(500, 1), 40, 1e-3)],
  ])('with noise: %s', async (_name, examples) => {
    const { status, measured, summary } = await checkNoDuplicates(examples)
    expect(status, summary).toBe('failed')
    expect(measured.copies).toBe(0)
    expect(measured.nearCopies).toBeGreaterThan(30)
    expect(summary).toMatch(/differ from another by less than .* examples \d+ = \d+/)
  })

  test('unless they are allowed', async () => {
    const { status } = await checkNoDuplicates(withCopies(classes(600, 1), 5), { maxShare: 0.01 })
    expect(status).toBe('passed')
    await expect(checkNoDuplicates(classes(60, 1), { maxShare: 2 })).rejects.toThrow(/options\.maxShare/)
  })

  test('in several inputs only together', async () => {
    const { xs, ys } = withCopies(classes(100, 1), 10)
    const together = await checkNoDuplicates({ xs: [xs as tf.Tensor, xs as tf.Tensor], ys })
    expect(together.measured.copies).toBe(10)
    const apart = await checkNoDuplicates({ xs: { a: xs as tf.Tensor, b: tf.randomNormal([100, 2]) }, ys })
    expect(apart.status, apart.summary).toBe('passed')
  })
})

describe('training and validation data', () => {
  const all = classes(600, 1)
  const part = (start: number, end: number) =>
    gatherExamples(
      all,
      Int32Array.from({ length: end - start }, (_, i) => start + i),
    )
  test('that are the same are found', async () => {
    const { status, measured, causes } = await expectNoNewTensors(() => checkDisjoint(all, all))
    expect(status).toBe('failed')
    expect(measured).toMatchObject({ shared: 600, share: 1 })
    expect(causes[0]).toMatchObject({ name: 'train-validation-overlap' })
    expect(causes[0]!.fix).toContain('all validation examples are training examples')
  })

  test('that share one example are found, with both its places', async () => {
    const { summary } = await checkDisjoint(part(0, 401), part(400, 600))
    expect(summary).toBe(
      '1 validation example of 200 (0.5 %) is in the training set: validation 0 = train 400.',
    )
  })

  test('that share examples up to noise are found', async () => {
    const { status, measured } = await checkDisjoint(part(0, 400), withCopies(part(0, 200), 0, 0))
    expect(status).toBe('failed')
    expect(measured.shared).toBe(200)
    const noisy = await checkDisjoint(part(0, 400), {
      xs: tf.add(part(0, 100).xs as tf.Tensor, tf.randomNormal([100, 16], 0, 1e-3, 'float32', 3)),
      ys: part(0, 100).ys,
    })
    expect(noisy).toMatchObject({ status: 'failed', measured: { shared: 0, nearShared: 100 } })
  })

  test('of different shape are refused', async () => {
    await expect(checkDisjoint(all, quantities(10, 1))).rejects.toThrow(
      'validation.xs: got the shape [10, 8]; wanted [examples, 16], as train.xs',
    )
  })
})

test('fast on 60,000 pictures', async () => {
  const { xs, ys } = digits('train', 0, 60_000)
  const started = performance.now()
  const { status, summary } = await checkNoDuplicates({ xs, ys })
  expect(status, summary).toBe('passed')
  expect(performance.now() - started).toBeLessThan(6000)
})
