import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { type Change, onTrainingInputs, onValidationLabels } from '../../../fixtures/zoo/changes.js'
import { disposeData } from '../../../fixtures/zoo/program.js'
import { checkLabelMap } from '../../../src/checks/data/label-map.js'
import { checkSameDistribution } from '../../../src/checks/data/same-distribution.js'
import { checkShuffled } from '../../../src/checks/data/shuffled.js'
import { disposeExamples, gatherExamples } from '../../../src/training/examples.js'
import { mulberry32, permutation } from '../../../src/training/seed.js'
import type { Examples } from '../../../src/training/trainable.js'
import { splits } from './splits.js'

const seeds = Array.from({ length: Number(process.env.RUNS ?? 10) }, (_, i) => i + 1)
const deviations = (xs: tf.Tensor) => tf.moments(xs, 0).variance.sqrt()

describe.each([
  'penguins, 68 of 342 held out',
  'moons',
  'cars, 78 of 392 held out',
  'a linear rule of numbers',
])('training inputs that are not where validation inputs are: %s', (name) => {
  const shifted = (by: number) => onTrainingInputs((xs) => tf.add(xs, tf.mul(deviations(xs), by)))
  const scaled = (by: number) => onTrainingInputs((xs) => tf.mul(xs, by))
  const noisy = (by: number) =>
    onTrainingInputs((xs, seed) =>
      tf.add(xs, tf.mul(deviations(xs), tf.randomNormal(xs.shape, 0, by, 'float32', seed))),
    )
  test.each<[string, Change, 'failed' | 'passed']>([
    ['moved by a quarter of a deviation', shifted(0.25), 'passed'],
    ['moved by one deviation', shifted(1), 'failed'],
    ['a fifth larger', scaled(1.2), 'passed'],
    ['twice as large', scaled(2), 'failed'],
    ['pixels not divided', scaled(255), 'failed'],
    ['under noise of a deviation', noisy(1), 'passed'],
    ['under noise of two deviations', noisy(2), 'failed'],
  ])('%s', async (_fault, change, wanted) => {
    for (const seed of seeds) {
      const { train, validation } = change(splits[name]!(seed), seed)
      const { status, summary, causes } = await checkSameDistribution(train, validation, { seed })
      disposeData({ train, validation })
      expect(status, `seed ${seed}: ${summary}`).toBe(wanted)
      if (wanted === 'failed') expect(causes[0]!.name).toBe('augmentation-shift')
    }
  })
})

describe.each([
  'penguins, 68 of 342 held out',
  'irises, half of 2000 held out',
  'overlapping blobs',
  'a linear rule',
])('classes numbered otherwise in validation data: %s', (name) => {
  const renumbered = (to: (classes: number) => number[]): Change =>
    onValidationLabels((ys) => tf.gather(ys, tf.tensor1d(to(ys.shape[1]!), 'int32'), 1))
  const numbers = (classes: number) => Array.from({ length: classes }, (_, k) => k)
  test.each<[string, Change]>([
    ['the last two exchanged', renumbered((n) => [...numbers(n - 2), n - 1, n - 2])],
    ['reversed', renumbered((n) => numbers(n).reverse())],
    ['from one instead of zero', renumbered((n) => numbers(n).map((k) => (k + 1) % n))],
  ])('%s', async (_fault, change) => {
    for (const seed of seeds) {
      const { train, validation } = change(splits[name]!(seed), seed)
      const { status, summary, causes } = await checkLabelMap(train, validation, { seed })
      disposeData({ train, validation })
      expect(status, `seed ${seed}: ${summary}`).toBe('failed')
      expect(causes[0]!.name).toBe('label-map-mismatch')
    }
  })
})

test('a rare and a frequent class that exchange numbers are found, as classes that training lacks', async () => {
  const exchanged = onValidationLabels((ys) => tf.gather(ys, [0, 1, 2, 4, 3], 1))
  for (const seed of seeds) {
    const { train, validation } = exchanged(splits['weather, 300 days of 1461 held out']!(seed), seed)
    const { status, causes } = await checkLabelMap(train, validation, { seed })
    disposeData({ train, validation })
    expect(status).toBe('failed')
    expect(['unshuffled-data', 'label-map-mismatch']).toContain(causes[0]!.name)
  }
})

describe.each([
  'weather, 300 days of 1461 held out',
  'penguins, 68 of 342 held out',
  'cars, 78 of 392 held out',
  'one in ten is yes',
])('examples in an order: %s', (name) => {
  /** Sorted by label, but for a share of the rows that lie anywhere; then cut into blocks that are shuffled. */
  const ordered = (examples: Examples, seed: number, { loose = 0, block = 1e6 }): Examples => {
    const ys = examples.ys as tf.Tensor
    const labels = tf.tidy(() => (ys.shape[1] === 1 ? ys.clone() : tf.argMax(ys, 1)))
    const values = Array.from(labels.dataSync())
    labels.dispose()
    const random = mulberry32(seed + 3)
    const places = values.map((value) => [
      random() < loose ? values[Math.floor(random() * values.length)]! : value,
      random(),
    ])
    const sorted = [...values.keys()].sort(
      (a, b) => places[a]![0]! - places[b]![0]! || places[a]![1]! - places[b]![1]!,
    )
    const blocks = Math.ceil(sorted.length / block)
    const order = [...permutation(blocks, seed)].flatMap((b) => sorted.slice(b * block, (b + 1) * block))
    return gatherExamples(examples, Int32Array.from(order))
  }
  test.each<[string, { loose?: number; block?: number }, 'failed' | 'passed']>([
    ['sorted', {}, 'failed'],
    ['sorted, one row in five anywhere', { loose: 0.2 }, 'failed'],
    ['sorted, three rows in four anywhere', { loose: 0.75 }, 'passed'],
    ['shuffled in blocks of 100', { block: 100 }, 'failed'],
    ['shuffled in blocks of four', { block: 4 }, 'failed'],
    ['shuffled in blocks of one', { block: 1 }, 'passed'],
  ])('%s', async (_order, how, wanted) => {
    for (const seed of seeds) {
      const { train, validation } = splits[name]!(seed)
      const examples = ordered(train, seed, how)
      const { status, summary, causes } = await checkShuffled(examples, { seed })
      disposeData({ train, validation })
      disposeExamples(examples)
      expect(status, `seed ${seed}: ${summary}`).toBe(wanted)
      if (wanted === 'failed') expect(causes[0]!.name).toBe('unshuffled-data')
    }
  })
})
