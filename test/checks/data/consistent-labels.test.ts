import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { digits } from '../../../fixtures/digits.js'
import { checkConsistentLabels } from '../../../src/checks/data/consistent-labels.js'
import { mulberry32 } from '../../../src/training/seed.js'
import type { Examples } from '../../../src/training/trainable.js'
import {
  classes,
  digitVectors,
  multilabel,
  oneHot,
  quantities,
  reconstructions,
  sequences,
  tokens,
  yesNo,
} from '../../programs/data.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { blobs, categories, irises, labelled, moons, spirals, truthTable, xor } from './data-sets.js'

const seeds = Array.from({ length: Number(process.env.RUNS ?? 2) }, (_, i) => i + 1)
const from = ({ rows, labels }: { rows: number[][]; labels: number[] }, kinds: number) =>
  labelled(rows, labels, kinds)

describe.each<[string, (seed: number) => Examples]>([
  ['digits', (seed) => digitVectors(600, seed)],
  ['irises', (seed) => from(irises(150, seed), 3)],
  ['blobs, 1 % error', (seed) => from(blobs(1000, seed, { distance: 4 }), 3)],
  ['blobs, 10 % error', (seed) => from(blobs(1000, seed, { distance: 2.3 }), 3)],
  ['blobs, 20 % error', (seed) => from(blobs(1000, seed, { distance: 1.6 }), 3)],
  ['blobs, 35 % error', (seed) => from(blobs(1000, seed, { distance: 1 }), 3)],
  ['two blobs, 18 % error', (seed) => from(blobs(1000, seed, { distance: 1.3, kinds: 2 }), 2)],
  ['moons', (seed) => from(moons(600, seed), 2)],
  ['spirals', (seed) => from(spirals(600, seed), 2)],
  ['exclusive or', (seed) => from(xor(600, seed), 2)],
  ['exclusive or, 30 % error', (seed) => from(xor(600, seed, 0.5), 2)],
  ['a linear rule', (seed) => classes(600, seed)],
  ['a linear rule, two classes', (seed) => yesNo(300, seed)],
  ['a rare class', (seed) => yesNo(600, seed, { rare: 0.1 })],
  ['several labels', (seed) => multilabel(300, seed)],
  ['numbers', (seed) => quantities(300, seed)],
  ['sequences', (seed) => sequences(300, seed)],
  ['ids', (seed) => tokens(500, seed)],
  ['categories', (seed) => from(categories(400, seed), 2)],
  ['a truth table', () => from(truthTable(30), 2)],
  [
    'a truth table whose answers are drawn',
    (seed) => {
      const random = mulberry32(seed)
      const { rows } = truthTable(100)
      return labelled(
        rows,
        rows.map(([a]) => (random() < (a ? 0.8 : 0.3) ? 1 : 0)),
        2,
      )
    },
  ],
  ['labels of nothing', (seed) => ({ xs: classes(600, seed).xs, ys: classes(600, seed + 100).ys })],
])('%s', (_name, create) => {
  test.each(seeds)('have consistent labels, seed %i', async (seed) => {
    const examples = create(seed)
    const { status, summary } = await expectNoNewTensors(() => checkConsistentLabels(examples, { seed }))
    expect(status, summary).toBe('passed')
  })
})

describe('labels flipped at random are found', () => {
  const flipped = (
    { rows, labels }: { rows: number[][]; labels: number[] },
    kinds: number,
    share: number,
  ) => {
    const random = mulberry32(3)
    const given = labels.map((label) =>
      random() < share ? (label + 1 + Math.floor(random() * (kinds - 1))) % kinds : label,
    )
    return { examples: labelled(rows, given, kinds), wrong: labels.map((label, i) => label !== given[i]) }
  }
  test.each<[string, ReturnType<typeof flipped>]>([
    ['blobs, a tenth', flipped(blobs(2000, 1), 3, 0.1)],
    ['blobs, a fifth', flipped(blobs(1000, 1), 3, 0.2)],
    ['moons, a tenth', flipped(moons(1000, 1), 2, 0.1)],
    ['spirals, a fifth', flipped(spirals(1000, 1), 2, 0.2)],
    ['many irises, a tenth', flipped(irises(1500, 1), 3, 0.1)],
  ])('%s', async (_name, { examples, wrong }) => {
    const { status, summary, causes } = await checkConsistentLabels(examples)
    expect(status, summary).toBe('failed')
    expect(causes[0]!.name).toBe('label-noise')
    const suspects = [...summary.matchAll(/(\d+) \(labelled (\d), looks like (\d)\)/g)]
    expect(suspects).toHaveLength(5)
    const right = suspects.filter(([, row]) => wrong[Number(row)]).length
    expect(right, summary).toBeGreaterThanOrEqual(4)
  })
})

describe('the same inputs with different labels', () => {
  const { rows, labels } = blobs(200, 1)
  test('are found, with the examples', async () => {
    const twice = [...rows, ...rows.slice(0, 3)]
    const given = [...labels, ...labels.slice(0, 3).map((label) => (label + 1) % 3)]
    const { status, summary, causes, measured } = await checkConsistentLabels(labelled(twice, given, 3))
    expect(status).toBe('failed')
    expect(measured.contradicting).toBe(6)
    expect(summary).toMatch(
      /^6 examples of 203 have the same inputs as others and another label: examples 0 = 200 \(classes \d and \d\)/,
    )
    expect(causes.map(({ name }) => name)).toEqual(['label-noise', 'duplicates'])
  })

  test('and numbers as labels', async () => {
    const ys = tf.tensor2d([...labels, 7].map((label) => [label * 1.7]))
    const { status, measured } = await checkConsistentLabels({ xs: tf.tensor2d([...rows, rows[0]!]), ys })
    expect(status).toBe('failed')
    expect(measured.contradicting).toBe(2)
  })

  test('nearly', async () => {
    const near = rows.slice(0, 40).map((row) => row.map((value) => value + 1e-5))
    const given = [...labels, ...labels.slice(0, 40).map((label) => (label + 1) % 3)]
    const { status, summary } = await checkConsistentLabels(labelled([...rows, ...near], given, 3))
    expect(status).toBe('failed')
    expect(summary).toMatch(/40 pairs of nearly identical inputs with different labels/)
  })

  test('copies with the same label are for another check', async () => {
    const twice = { xs: tf.tensor2d([...rows, ...rows]), ys: oneHot([...labels, ...labels], 3) }
    expect((await checkConsistentLabels(twice)).status).toBe('passed')
  })
})

test('reconstructions are skipped, wrong options refused', async () => {
  expect((await checkConsistentLabels(reconstructions(60, 1))).status).toBe('skipped')
  await expect(checkConsistentLabels(classes(60, 1), { maxShare: -1 })).rejects.toThrow(/options\.maxShare/)
  await expect(checkConsistentLabels(classes(60, 1), { examples: 3 })).rejects.toThrow(/options\.examples/)
})

test('fast on 60,000 pictures', async () => {
  const examples = digits('train', 0, 60_000)
  const started = performance.now()
  const { status, summary } = await checkConsistentLabels(examples)
  expect(status, summary).toBe('passed')
  expect(performance.now() - started).toBeLessThan(10_000)
})
