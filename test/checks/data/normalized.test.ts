import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { digits } from '../../../fixtures/digits.js'
import { checkNormalized, type NormalizedOptions } from '../../../src/checks/data/normalized.js'
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
import { categories, irises, labelled, truthTable } from './data-sets.js'

const seeds = Array.from({ length: Number(process.env.RUNS ?? 3) }, (_, i) => i + 1)
const inputs = (xs: Examples['xs'], count = 100): Examples => ({ xs, ys: tf.ones([count, 1]) })

describe.each<[string, (seed: number) => Examples, NormalizedOptions?]>([
  ['standard normal features', (seed) => classes(300, seed)],
  ['standard normal features, as wished', (seed) => classes(300, seed), { mean: 0, std: 1 }],
  ['a batch, as wished', (seed) => classes(16, seed), { mean: 0, std: 1 }],
  ['pictures', (seed) => smallDigits(100, seed)],
  ['pictures, as wished', (seed) => smallDigits(100, seed), { range: [0, 1] }],
  ['pixels in rows', (seed) => digitVectors(100, seed)],
  ['sequences', (seed) => sequences(100, seed)],
  ['categories', (seed) => labelled(categories(100, seed).rows, categories(100, seed).labels, 2)],
  ['a truth table', () => labelled(truthTable(1).rows, truthTable(1).labels, 2)],
  [
    'log-normal features',
    (seed) =>
      inputs(
        tf.tensor2d(
          normals(300, seed).map((value) => Math.exp(value)),
          [100, 3],
        ),
      ),
  ],
  [
    'centimetres up to 8',
    (seed) =>
      labelled(
        irises(150, seed).rows.map((row) => row.map((x) => x - 3)),
        irises(150, seed).labels,
        3,
      ),
  ],
  ['angles', () => inputs(tf.linspace(0, 6.28, 100).reshape([100, 1]))],
])('%s', (_name, create, options) => {
  test.each(seeds)('are on scale, seed %i', async (seed) => {
    const examples = create(seed)
    const { status, summary } = await expectNoNewTensors(() => checkNormalized(examples, options))
    expect(status, summary).toBe('passed')
  })
})

describe('off scale', () => {
  const scaled = ({ xs, ys }: Examples, factor: number, offset = 0): Examples => ({
    xs: tf.tidy(() => (xs as tf.Tensor).mul(factor).add(offset)),
    ys,
  })
  const oneColumn = (column: number, factor: number, offset: number): Examples => {
    const { xs, ys } = quantities(200, 1)
    const factors = Array.from({ length: 8 }, (_, k) => (k === column ? factor : 1))
    const offsets = Array.from({ length: 8 }, (_, k) => (k === column ? offset : 0))
    return { xs: tf.tidy(() => (xs as tf.Tensor).mul(factors).add(offsets)), ys }
  }
  test.each<[string, Examples, NormalizedOptions, RegExp, RegExp]>([
    ['raw pixels', scaled(digits('train', 0, 50), 255), {}, /^xs: not normalized; mean/, /divide by 255/],
    [
      'raw pixels in rows',
      scaled(digitVectors(50, 1), 255),
      {},
      /features of xs/,
      /standardise|divide by 255/,
    ],
    [
      'pixels divided twice',
      scaled(smallDigits(50, 1), 1 / 255),
      {},
      /xs: so small/,
      /remove one of the two/,
    ],
    [
      'pixels divided twice, in rows',
      scaled(digitVectors(50, 1), 1 / 255),
      {},
      /features of xs .*: so small|xs is so small/,
      /remove one/,
    ],
    ['one column', oneColumn(3, 1000, 5e4), {}, /^feature 3 of xs: not normalized; mean/, /standardise each/],
    ['one tiny column', oneColumn(3, 1e-4, 0), {}, /^feature 3 of xs: so small/, /standardise/],
    ['another mean', scaled(classes(300, 1), 1, 1), { mean: 0, std: 1 }, /16 of 16 features/, /standardise/],
    ['another deviation', scaled(classes(300, 1), 3), { std: 1 }, /16 of 16 features/, /standardise/],
    ['another range', scaled(smallDigits(50, 1), 2, -1), { range: [0, 1] }, /outside the range/, /map with/],
  ])('%s', async (_name, examples, options, said, fix) => {
    const { status, summary, causes } = await checkNormalized(examples, options)
    expect(status, summary).toBe('failed')
    expect(summary).toMatch(said)
    expect(causes[0]).toMatchObject({ name: 'unnormalized-inputs' })
    expect(causes[0]!.fix).toMatch(fix)
  })

  test('constant inputs are named, a constant feature is only told', async () => {
    const all = await checkNormalized(inputs(tf.zeros([100, 4])))
    expect(all.causes[0]!.name).toBe('constant-inputs')
    const picture = tf.tile(tf.randomUniform([1, 6, 6, 1]), [30, 1, 1, 1])
    expect((await checkNormalized(inputs(picture, 30))).causes[0]!.name).toBe('constant-inputs')
    const one = await checkNormalized(oneColumn(2, 0, 1))
    expect(one).toMatchObject({ status: 'passed', measured: { constant: 1 } })
    expect(one.summary).toContain('Constant: 1 of 8 features (2)')
  })

  test('ids are skipped, also beside numbers', async () => {
    expect((await checkNormalized(tokens(50, 1))).status).toBe('skipped')
    const both = { xs: [tf.fill([50, 3], 900, 'int32'), normalsTensor()], ys: tf.ones([50, 1]) }
    expect((await checkNormalized(both)).status).toBe('passed')
  })

  test('wishes that contradict each other are refused', async () => {
    const examples = classes(20, 1)
    await expect(checkNormalized(examples, { range: [1, 0] })).rejects.toThrow(/options\.range/)
    await expect(checkNormalized(examples, { mean: 0, range: [0, 1] })).rejects.toThrow(/either range or/)
    await expect(checkNormalized(examples, { std: 0 })).rejects.toThrow(/options\.std/)
  })
})

function normalsTensor() {
  return tf.tensor2d(normals(100, 3), [50, 2])
}
