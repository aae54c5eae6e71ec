import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import {
  type Change,
  onTrainingInputs,
  onTrainingLabels,
  shuffledApart,
} from '../../../fixtures/zoo/changes.js'
import { digitImages } from '../../../fixtures/zoo/data.js'
import { type Data, disposeData } from '../../../fixtures/zoo/program.js'
import { checkLabelledAlike } from '../../../src/checks/data/labelled-alike.js'
import { countExamples, disposeExamples, gatherExamples } from '../../../src/training/examples.js'
import { mulberry32, permutation } from '../../../src/training/seed.js'
import type { Examples } from '../../../src/training/trainable.js'
import { classes, integers, normals } from '../../programs/data.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { splits } from './splits.js'

const seeds = Array.from({ length: Number(process.env.RUNS ?? 10) }, (_, i) => i + 1)

/** A share of the training examples gets the labels of others. */
const othersLabels = (share: number): Change =>
  onTrainingLabels((ys, seed) => {
    const count = ys.shape[0]!
    const random = mulberry32(seed + 5)
    const others = permutation(count, seed + 8)
    return tf.gather(
      ys,
      tf.tensor1d(
        Int32Array.from(others, (other, row) => (random() < share ? other : row)),
        'int32',
      ),
    )
  })

/** Inputs a row behind their labels, as a header read as data leaves them. */
const oneRowLate: Change = onTrainingLabels((ys) => tf.concat([ys.slice(1), ys.slice(0, 1)]))

async function examine(name: string, seed: number, change?: Change) {
  const healthy = splits[name]!(seed)
  const data = change ? change(healthy, seed) : healthy
  const result = await checkLabelledAlike(data.train, data.validation, { seed })
  disposeData(data)
  return result
}

describe.each(['moons', 'circle', 'a linear rule of numbers', 'irises, half of 2000 held out'])(
  'training labels that are not of their inputs: %s',
  (name) => {
    test.each<[string, Change]>([
      ['shuffled apart', shuffledApart],
      ['one row late', oneRowLate],
    ])('%s, are found under every seed and named', async (_fault, change) => {
      for (const seed of seeds) {
        const { status, causes, summary } = await examine(name, seed, change)
        expect(status, summary).toBe('failed')
        expect(causes[0]!.name).toBe('labels-independent-of-inputs')
      }
    })

    test('four in ten of other examples are found nearly always, one in ten hardly ever', async () => {
      const found = { many: 0, few: 0 }
      for (const seed of seeds) {
        const { status, causes } = await examine(name, seed, othersLabels(0.4))
        if (status === 'failed') {
          found.many++
          expect(['label-noise', 'labels-independent-of-inputs']).toContain(causes[0]!.name)
        }
        if ((await examine(name, seed, othersLabels(0.1))).status === 'failed') found.few++
      }
      expect(found.many).toBeGreaterThanOrEqual(0.8 * seeds.length)
      expect(found.few).toBeLessThanOrEqual(0.3 * seeds.length)
    })
  },
)

describe('training examples whose neighbours agree less for another reason are no alarm', () => {
  /** What comes `ahead` steps after windows of a series that forgets slowly; the end of it for validation. */
  const seriesSplit = (seed: number, ahead: number): Data => {
    const [count, held, width, memory] = [8000, 500, 16, 0.9]
    const noise = normals(count + width + ahead, seed)
    const series = new Float32Array(noise.length)
    for (let t = 1; t < series.length; t++) {
      series[t] = memory * series[t - 1]! + Math.sqrt(1 - memory ** 2) * noise[t]!
    }
    const part = (start: number, end: number): Examples => {
      const rows = Array.from({ length: end - start }, (_, i) => start + i)
      return {
        xs: tf.tensor2d(rows.map((t) => Array.from(series.subarray(t, t + width)))),
        ys: tf.tensor2d(rows.map((t) => [series[t + width - 1 + ahead]!])),
      }
    }
    return { train: part(0, count - held), validation: part(count - held, count) }
  }
  const drawnAgain = ({ train, validation }: Data, seed: number): Data => {
    const count = countExamples(validation)
    const drawn = gatherExamples(validation, integers(count, count, seed))
    disposeExamples(validation)
    return { train, validation: drawn }
  }
  /** Every picture somewhere else, by up to two pixels to each side. */
  const moved = onTrainingInputs((xs, seed) => {
    const places = integers(2 * xs.shape[0]!, 5, seed)
    const padded = tf.pad(xs as tf.Tensor4D, [
      [0, 0],
      [2, 2],
      [2, 2],
      [0, 0],
    ])
    const [, height, width, channels] = xs.shape as [number, number, number, number]
    return tf.concat(
      Array.from({ length: xs.shape[0]! }, (_, i) =>
        tf.slice(padded, [i, places[2 * i]!, places[2 * i + 1]!, 0], [1, height, width, channels]),
      ),
    )
  })

  test.each<[string, (seed: number) => Data]>([
    ['windows of a series, one step ahead', (seed) => seriesSplit(seed, 1)],
    ['windows of a series, ten steps ahead', (seed) => seriesSplit(seed, 10)],
    [
      'validation examples drawn with replacement',
      (seed) => drawnAgain(splits['overlapping blobs']!(seed), seed),
    ],
    ['digits moved by two pixels', (seed) => moved(digitImages(seed), seed)],
  ])('%s', async (_name, split) => {
    for (let seed = 1; seed <= Number(process.env.RUNS ?? 30); seed++) {
      const { train, validation } = split(seed)
      const { status, summary } = await checkLabelledAlike(train, validation, { seed })
      disposeData({ train, validation })
      expect(['passed', 'skipped'], `seed ${seed}: ${summary}`).toContain(status)
    }
  })
})

test('small splits: rows shuffled apart are found in most', async () => {
  for (const name of ['cars, 78 of 392 held out', 'penguins, 68 of 342 held out']) {
    let found = 0
    for (const seed of seeds) {
      if ((await examine(name, seed, shuffledApart)).status === 'failed') found++
    }
    expect(found, name).toBeGreaterThanOrEqual(0.8 * seeds.length)
  }
})

test('other shares of the classes, and validation labels that are wrong, are no alarm', async () => {
  for (const seed of seeds) {
    const { train, validation } = splits.moons!(seed)
    expect((await checkLabelledAlike(validation, train, { seed })).status).toBe('passed')
    const wrong = othersLabels(0.3)({ train: validation, validation: train }, seed)
    expect((await checkLabelledAlike(wrong.validation, wrong.train, { seed })).status).toBe('passed')
    disposeData(wrong)
  }
})

test.each<[string, number, number, string]>([
  ['too few examples', 29, 4, 'there are too few'],
  ['labels that neighbours hardly share', 300, 64, 'neighbours hardly share their labels'],
])('%s are skipped, and say so', async (_name, count, features, said) => {
  const [train, validation] = [classes(300, 1, { features }), classes(count, 2, { features })]
  const { status, summary } = await expectNoNewTensors(() => checkLabelledAlike(train, validation))
  expect(status).toBe('skipped')
  expect(summary).toContain(said)
})

test('both splits are read, none is changed', async () => {
  const { train, validation } = splits.moons!(1)
  const before = (train.ys as tf.Tensor).dataSync().slice()
  const first = await expectNoNewTensors(() => checkLabelledAlike(train, validation, { seed: 3 }))
  const second = await checkLabelledAlike(train, validation, { seed: 3 })
  expect((train.ys as tf.Tensor).dataSync()).toEqual(before)
  expect(second.measured).toEqual(first.measured)
  disposeData({ train, validation })
})
