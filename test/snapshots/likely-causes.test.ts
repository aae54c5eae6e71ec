import { expect, test } from 'vitest'
import { compareValues } from '../../src/snapshots/comparison.js'
import { weightContent } from '../../src/snapshots/kinds/weights.js'
import { likelyCausesOfWeights as likelyCauses } from '../../src/snapshots/likely-causes.js'

const before = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i))
const causes = (change: (value: number, i: number) => number, backend = 'tensorflow') => {
  const after = weightContent({ label: 'tensor', shape: [8, 8], values: before.map(change) })
  const comparison = compareValues(before, after, { atol: 1e-6, rtol: 0 })
  return likelyCauses(comparison, { before: 'tensorflow', after: backend, largest: 1 })
}

test('nothing in common: another seed', () => {
  expect(causes((_, i) => Math.cos(7 * i))).toEqual([expect.stringContaining('another seed')])
})

test('half in common: trained otherwise', () => {
  expect(causes((value, i) => value + 0.3 * Math.cos(i))).toEqual([expect.stringContaining('activation')])
})

test('almost the same: learning rate or steps', () => {
  expect(causes((value) => 1.02 * value)).toEqual([expect.stringContaining('learning rate')])
})

test('hardly beyond the tolerance: another machine', () => {
  expect(causes((value) => 1.001 * value).at(-1)).toContain('another CPU')
})

test('another backend is named first', () => {
  expect(causes((value) => 1.02 * value, 'wasm')[0]).toContain(
    'recorded on the tensorflow backend, this run used wasm',
  )
})

test('another shape is named alone', () => {
  const comparison = { by: 'shape', pass: false, before: [1], after: [2] } as const
  const context = { before: 'cpu', after: 'cpu', largest: 1 }
  expect(likelyCauses({ ...comparison, before: [1], after: [2] }, context)).toEqual([
    expect.stringContaining('another shape'),
  ])
})
