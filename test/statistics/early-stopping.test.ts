import { expect, test } from 'vitest'
import { findBetter, type Look, stopAfter } from '../../src/statistics/early-stopping.js'
import { normals } from '../programs/data.js'

const looksAt = (...losses: number[]): Look[] =>
  losses.map((loss, i) => ({ step: 10 * i, loss, losses: undefined }))

test.each([
  ['after patience looks without a lower loss', [5, 4, 3, 4, 4, 1], 2, { best: 2, stop: 4 }],
  ['a loss as low is no lower one', [5, 3, 3, 3], 2, { best: 1, stop: 3 }],
  ['never, while it falls', [5, 4, 3, 2], 1, { best: 3, stop: undefined }],
  ['a loss that is no number is no lower one', [5, 4, Number.NaN, Number.NaN], 2, { best: 1, stop: 3 }],
])('stops %s', (_name, losses, patience, expected) => {
  expect(stopAfter(looksAt(...losses), patience)).toEqual(expected)
})

test('a custom loss must be better by 5 %', () => {
  const [kept, ...later] = looksAt(1, 0.96, Number.NaN)
  expect(findBetter(later, kept!, 0.01)).toBeUndefined()
  expect(findBetter([...later, ...looksAt(0.94)], kept!, 0.01)).toMatchObject({ loss: 0.94, p: Number.NaN })
})

/** A look whose examples have losses around `mean`. */
function noisyLook(mean: number, examples: number, seed: number): Look {
  const losses = Float64Array.from(normals(examples, seed), (value) => mean + value)
  return { step: seed, losses, loss: losses.reduce((a, b) => a + b, 0) / examples }
}

test('of 1000 runs whose later looks are no better, at most 1 % are called impatient (10 looks each)', () => {
  let found = 0
  for (let run = 0; run < 1000; run++) {
    const looks = Array.from({ length: 11 }, (_, i) => noisyLook(2, 50, 100 * run + i + 1))
    if (findBetter(looks.slice(1), looks[0]!, 0)) found++
  }
  // 1 % are expected at most; 20 of 1000 come with a chance of 0.2 %.
  expect(found).toBeLessThan(20)
})

test('a later look that is better is found, with its p', () => {
  const kept = noisyLook(2, 500, 1)
  const better = findBetter([noisyLook(2, 500, 2), noisyLook(1.5, 500, 3)], kept, 0.01)
  expect(better).toMatchObject({ step: 3 })
  expect(better!.p).toBeLessThan(1e-6)
})
