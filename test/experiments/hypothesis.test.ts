import { describe, expect, test } from 'vitest'
import {
  boundsOf,
  effectUnderSeed,
  readHypothesis,
  sayEffect,
  sayHypothesis,
} from '../../src/experiments/hypothesis.js'

test.each([
  ['lowers validation loss by ≥ 2 %', { metric: 'loss', effect: 'lowers', by: 0.02, unit: 'relative' }],
  ['lowers loss by >= 2%', { metric: 'loss', effect: 'lowers', by: 0.02, unit: 'relative' }],
  [
    'reduces the validation loss by at least 2.5 percent',
    { metric: 'loss', effect: 'lowers', by: 0.025, unit: 'relative' },
  ],
  ['lowers validation loss by 0.05', { metric: 'loss', effect: 'lowers', by: 0.05, unit: 'absolute' }],
  [
    'raises validation accuracy by ≥ 1 point',
    { metric: 'accuracy', effect: 'raises', by: 0.01, unit: 'absolute' },
  ],
  ['raises validation accuracy by 1 %', { metric: 'accuracy', effect: 'raises', by: 0.01, unit: 'absolute' }],
  ['improves accuracy', { metric: 'accuracy', effect: 'raises', by: 0.005, unit: 'absolute' }],
  ['improves rmse', { metric: 'rmse', effect: 'lowers', by: 0.01, unit: 'relative' }],
  ['keeps validation loss within 3 %', { metric: 'loss', effect: 'keeps', by: 0.03, unit: 'relative' }],
  [
    'keeps accuracy within ± 0.5 points',
    { metric: 'accuracy', effect: 'keeps', by: 0.005, unit: 'absolute' },
  ],
  ['lowers validation loss', { metric: 'loss', effect: 'lowers', by: 0.01, unit: 'relative' }],
])('reads: %s', (text, expected) => {
  const read = readHypothesis(text)
  expect({ ...read, by: Number(read.by.toPrecision(12)) }).toEqual(expected)
  expect(readHypothesis(sayHypothesis(read))).toEqual(read)
})

test.each([
  '',
  'makes it better',
  'lowers',
  'lowers validation loss by much',
  'keeps loss within 0 %',
  'lowers loss by 150 %',
  7,
  null,
])('refuses: %s', (text) => {
  expect(() => readHypothesis(text as string, 'hypothesis.dropout')).toThrow(/^hypothesis\.dropout/)
})

describe('effects', () => {
  const lowers = readHypothesis('lowers loss by 10 %')

  test('a loss that falls by a tenth is exactly at the bound', () => {
    expect(effectUnderSeed(lowers, 2, 1.8)).toBeCloseTo(boundsOf(lowers).least, 12)
    expect(sayEffect(lowers, effectUnderSeed(lowers, 2, 1.8)!)).toBe('-10 %')
  })

  test('a metric that rises by a tenth is exactly at the bound', () => {
    const raises = readHypothesis('raises reward by 10 %')
    expect(effectUnderSeed(raises, 1, 1.1)).toBeCloseTo(boundsOf(raises).least, 12)
    expect(sayEffect(raises, effectUnderSeed(raises, 1, 1.1)!)).toBe('+10 %')
  })

  test('accuracy moves by points', () => {
    const raises = readHypothesis('raises accuracy by 1 point')
    expect(effectUnderSeed(raises, 0.9, 0.92)).toBeCloseTo(0.02, 12)
    expect(sayEffect(raises, 0.02)).toBe('+2 points')
  })

  test('no relative change of a loss that may be negative', () => {
    expect(effectUnderSeed(lowers, -1, 0.5)).toBeUndefined()
  })
})
