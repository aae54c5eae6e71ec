import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkSameDistribution } from '../../../src/checks/data/same-distribution.js'
import { normals } from '../../programs/data.js'

const xs = (seed: number) => tf.tensor2d(Float32Array.from(normals(800, seed)), [200, 4])
const scaled = (seed: number) => Array.from(normals(200, seed))
const split = (seed: number, targets: number[]) => ({ xs: xs(seed), ys: tf.tensor2d(targets, [200, 1]) })

test.each<[string, (seed: number) => number[], (seed: number) => number[], RegExp]>([
  ['training targets cast', (s) => scaled(s).map(Math.trunc), scaled, /^The training targets ys are whole/],
  ['training targets rounded', (s) => scaled(s).map(Math.round), scaled, /^The training targets ys/],
  [
    'validation targets cast',
    scaled,
    (s) => scaled(s).map(Math.trunc),
    /^The validation targets ys are whole/,
  ],
])('%s in one split are named', async (_name, train, validation, said) => {
  for (let seed = 1; seed <= 20; seed++) {
    const { status, summary, causes } = await checkSameDistribution(
      split(seed, train(seed)),
      split(seed + 50, validation(seed + 50)),
      { seed },
    )
    expect(status, summary).toBe('failed')
    expect(summary).toMatch(said)
    expect(causes[0]!.name).toBe('label-range')
  }
})

test.each<[string, (seed: number) => number[], (seed: number) => number[]]>([
  ['both fractions', scaled, scaled],
  ['both cast', (s) => scaled(s).map(Math.trunc), (s) => scaled(s).map(Math.trunc)],
  [
    'smoothed labels',
    (s) => scaled(s).map((y) => (y > 0 ? 0.95 : 0.05)),
    (s) => scaled(s).map((y) => Number(y > 0)),
  ],
  [
    'smoothed signs',
    (s) => scaled(s).map((y) => (y > 0 ? 0.9 : -0.9)),
    (s) => scaled(s).map((y) => (y > 0 ? 1 : -1)),
  ],
  [
    'single ratings and averaged ones',
    (s) => scaled(s).map(rating),
    (s) => scaled(s).map((y) => rating(y) + 0.5),
  ],
  [
    'degrees and tenths of degrees',
    (s) => scaled(s).map((y) => Math.round(10 * y)),
    (s) => scaled(s).map((y) => Math.round(100 * y) / 10),
  ],
])('%s are no cast', async (_name, train, validation) => {
  for (let seed = 1; seed <= 20; seed++) {
    const { summary, causes } = await checkSameDistribution(
      split(seed, train(seed)),
      split(seed + 50, validation(seed + 50)),
      { seed },
    )
    expect(
      causes.map(({ name }) => name),
      summary,
    ).not.toContain('label-range')
  }
})

function rating(y: number): number {
  return Math.min(5, Math.max(1, Math.round(3 + y)))
}
