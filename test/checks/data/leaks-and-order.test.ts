import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkLabelMap } from '../../../src/checks/data/label-map.js'
import { checkShuffled } from '../../../src/checks/data/shuffled.js'
import { checkTargetLeak } from '../../../src/checks/data/target-leak.js'
import { gatherExamples } from '../../../src/training/examples.js'
import { permutation } from '../../../src/training/seed.js'
import type { Examples } from '../../../src/training/trainable.js'
import {
  classes,
  classIndices,
  digitVectors,
  multilabel,
  normals,
  oneHot,
  quantities,
  reconstructions,
  sequences,
  smallDigits,
  yesNo,
} from '../../programs/data.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { blobs, categories, labelled, moons, spirals, truthTable, xor } from './data-sets.js'

const seeds = Array.from({ length: Number(process.env.RUNS ?? 3) }, (_, i) => i + 1)
const range = (start: number, end: number, step = 1) =>
  Int32Array.from({ length: Math.floor((end - start) / step) }, (_, i) => start + step * i)
const countOf = ({ ys }: Examples) => (ys as tf.Tensor).shape[0]!
const half = (examples: Examples, parity: number) =>
  gatherExamples(
    examples,
    permutation(countOf(examples), 7).slice(
      ...(parity ? [countOf(examples) >> 1] : [0, countOf(examples) >> 1]),
    ),
  )
const blobsOf = (seed: number, distance: number, kinds = 3, features = 4) => {
  const { rows, labels } = blobs(600, seed, { distance, kinds, features })
  return labelled(rows, labels, kinds)
}

describe.each<[string, (seed: number) => Examples]>([
  ['a linear rule', (seed) => classes(600, seed)],
  ['indices', (seed) => classIndices(600, seed)],
  ['yes and no', (seed) => yesNo(600, seed)],
  ['yes and no of one feature', (seed) => yesNo(300, seed, { features: 1 })],
  ['a rare class', (seed) => yesNo(600, seed, { rare: 0.1 })],
  ['several labels', (seed) => multilabel(300, seed)],
  ['numbers', (seed) => quantities(400, seed)],
  ['numbers from one feature', (seed) => quantities(400, seed, { features: 1 })],
  ['numbers from two features', (seed) => quantities(400, seed, { features: 2 })],
  ['reconstructions', (seed) => reconstructions(100, seed)],
  ['sequences', (seed) => sequences(300, seed)],
  ['pictures', (seed) => smallDigits(300, seed)],
  ['pixels in rows', (seed) => digitVectors(300, seed)],
  ['overlapping blobs', (seed) => blobsOf(seed, 1)],
  ['hardly different blobs', (seed) => blobsOf(seed, 0.2, 10)],
  ['blobs far apart', (seed) => blobsOf(seed, 100, 3, 2)],
  ['moons', (seed) => labelled(moons(500, seed).rows, moons(500, seed).labels, 2)],
  ['spirals', (seed) => labelled(spirals(500, seed).rows, spirals(500, seed).labels, 2)],
  ['exclusive or', (seed) => labelled(xor(500, seed).rows, xor(500, seed).labels, 2)],
  ['a truth table', () => labelled(truthTable(50).rows, truthTable(50).labels, 2)],
  ['categories', (seed) => labelled(categories(300, seed).rows, categories(300, seed).labels, 2)],
  ['labels of nothing', (seed) => ({ xs: classes(600, seed).xs, ys: classes(600, seed + 100).ys })],
])('%s', (_name, create) => {
  test.each(seeds)('leaks no target and maps labels alike, in no order, seed %i', async (seed) => {
    const examples = create(seed)
    const results = [await expectNoNewTensors(() => checkTargetLeak(examples, { seed }))]
    const [train, validation] = [half(examples, 0), half(examples, 1)]
    results.push(await expectNoNewTensors(() => checkLabelMap(train, validation, { seed })))
    results.push(await expectNoNewTensors(() => checkShuffled(examples, { seed })))
    for (const { status, summary } of results) expect(['passed', 'skipped'], summary).toContain(status)
  })
})

describe('a target that leaks', () => {
  const withColumn = ({ xs, ys }: Examples, column: ArrayLike<number>): Examples => ({
    xs: tf.concat([xs as tf.Tensor2D, tf.tensor2d(Float32Array.from(column), [column.length, 1])], 1),
    ys,
  })
  const numbers = quantities(400, 1)
  const targets = (numbers.ys as tf.Tensor).dataSync()
  const indices = classIndices(400, 1)
  const labels = (indices.ys as tf.Tensor).dataSync()
  const noise = normals(400, 9)
  test.each<[string, Examples, RegExp]>([
    ['a copy', withColumn(numbers, targets), /^Feature 8 of xs has the rank correlation of a copy with ys/],
    [
      'an affine copy',
      withColumn(
        numbers,
        targets.map((y) => 3 - 2 * y),
      ),
      /^Feature 8/,
    ],
    [
      'a monotone function',
      withColumn(
        numbers,
        targets.map((y) => Math.exp(y)),
      ),
      /^Feature 8/,
    ],
    ['the class', withColumn(indices, labels), /^Feature 16 of xs gives away the class of ys/],
    [
      'a code of the class',
      withColumn(
        indices,
        labels.map((k) => [7, -1, 3, 12][k]!),
      ),
      /^Feature 16/,
    ],
    [
      'the class with noise',
      withColumn(
        indices,
        Array.from(labels, (k, i) => k + 1e-4 * noise[i]!),
      ),
      /^Feature 16/,
    ],
    [
      'the class one-hot',
      { xs: tf.concat([indices.xs as tf.Tensor2D, oneHot(labels, 4)], 1), ys: oneHot(labels, 4) },
      /Feature 16 of xs is 1 for one class only/,
    ],
    ['yes or no', withColumn(yesNo(400, 1), (yesNo(400, 1).ys as tf.Tensor).dataSync()), /^Feature 16/],
  ])('as %s is found', async (_name, examples, said) => {
    const { status, summary, causes } = await checkTargetLeak(examples)
    expect(status, summary).toBe('failed')
    expect(summary).toMatch(said)
    expect(causes[0]!.name).toBe('target-leak')
  })
})

describe('label maps that differ', () => {
  const permuted = ({ xs, ys }: Examples, to: number[]): Examples => ({
    xs,
    ys: tf.tidy(() => tf.gather(ys as tf.Tensor, to, 1)),
  })
  test.each<[string, Examples, number[]]>([
    ['blobs, two exchanged', blobsOf(1, 3), [1, 0, 2]],
    ['blobs, rotated', blobsOf(1, 3), [1, 2, 0]],
    ['digits, reversed', digitVectors(800, 1), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    ['digits, two exchanged', digitVectors(1500, 1), [0, 2, 1, 3, 4, 5, 6, 7, 8, 9]],
    ['spirals', labelled(spirals(600, 1).rows, spirals(600, 1).labels, 2), [1, 0]],
    ['exclusive or', labelled(xor(600, 1).rows, xor(600, 1).labels, 2), [1, 0]],
  ])('%s: are found', async (_name, examples, to) => {
    const { status, summary, causes, measured } = await checkLabelMap(
      half(examples, 0),
      permuted(half(examples, 1), to),
    )
    expect(status, summary).toBe('failed')
    expect(causes[0]!.name).toBe('label-map-mismatch')
    expect(measured.moved).toBe(to.filter((k, i) => k !== i).length)
    expect(summary).toMatch(/validation \d = train \d/)
  })
})

describe('examples in the order of their labels', () => {
  const sortedBy = (examples: Examples, key: (row: number) => number) =>
    gatherExamples(
      examples,
      range(0, countOf(examples)).sort((a, b) => key(a) - key(b)),
    )
  const digits = digitVectors(500, 1)
  const classOf = tf.argMax(digits.ys as tf.Tensor, 1).dataSync()
  const numbers = quantities(300, 1)
  const targets = (numbers.ys as tf.Tensor).dataSync()
  const binary = yesNo(300, 1)
  const answers = (binary.ys as tf.Tensor).dataSync()
  test.each<[string, Examples, RegExp]>([
    [
      'classes',
      sortedBy(digits, (row) => classOf[row]!),
      /batch of 32 in this order holds 1\.\d+ of 10 classes/,
    ],
    [
      'yes and no',
      sortedBy(binary, (row) => answers[row]!),
      /holds 1\.1\d* of 2 classes on average; shuffled, it would hold 2/,
    ],
    ['numbers', sortedBy(numbers, (row) => targets[row]!), /neighbouring examples have correlation 0\.99/],
    [
      'runs of ten',
      sortedBy(digits, (row) => 100 * Math.floor(row / 100) + classOf[row]!),
      /in the order of their labels/,
    ],
  ])('%s: are found', async (_name, examples, said) => {
    const { status, summary, causes } = await checkShuffled(examples)
    expect(status, summary).toBe('failed')
    expect(summary).toMatch(said)
    expect(causes[0]!.name).toBe('unshuffled-data')
  })

  test('in turn are not', async () => {
    const ys = oneHot(
      range(0, 300).map((i) => i % 3),
      3,
    )
    expect((await checkShuffled({ xs: tf.ones([300, 2]), ys })).status).toBe('passed')
  })
})
