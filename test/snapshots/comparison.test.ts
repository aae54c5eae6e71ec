import { describe, expect, test } from 'vitest'
import { compareFingerprints, compareValues } from '../../src/snapshots/comparison.js'
import { fingerprintOf } from '../../src/snapshots/fingerprint.js'
import { weightContent } from '../../src/snapshots/kinds/weights.js'

const weights = (values: number[]) =>
  weightContent({ label: 'tensor', shape: [values.length / 2, 2], values: Float32Array.from(values) })
const before = Float32Array.from([1, -2, 0.5, 4])

describe('weight by weight', () => {
  test('within atol + rtol · |baseline| passes, at any distance beyond fails', () => {
    const tolerance = { atol: 0.01, rtol: 0.01 }
    expect(compareValues(before, weights([1.019, -2.029, 0.485, 4.049]), tolerance).pass).toBe(true)
    expect(compareValues(before, weights([1.021, -2, 0.5, 4]), tolerance).pass).toBe(false)
    expect(compareValues(before, weights([1, -2, 0.5, 4.051]), tolerance).pass).toBe(false)
  })

  test('says which filters moved, where most, and how similar the whole is', () => {
    const result = compareValues(before, weights([1, -2, 0.5, -4]), { atol: 0.1, rtol: 0 })
    expect(result).toMatchObject({
      differing: 1,
      total: 4,
      largest: { change: 8, position: [1, 1], before: 4, after: -4 },
      parts: [{ part: 1, change: 8, differing: 1, of: 2 }],
    })
    expect(result.cosine).toBeCloseTo((1 + 4 + 0.25 - 16) / 21.25)
  })

  test('the most moved filter comes first', () => {
    const { parts } = compareValues(before, weights([1.5, 2, 0.5, 4]), { atol: 0, rtol: 0 })
    expect(parts.map(({ part }) => part)).toEqual([1, 0])
  })
})

describe('statistics against statistics', () => {
  const compare = (values: number[], tolerance = { atol: 0.01, rtol: 0 }) =>
    compareFingerprints(fingerprintOf(weights([...before])), fingerprintOf(weights(values)), tolerance)

  test('passes whatever the gate on weights passes', () => {
    const drift = [1.0099, -2.0099, 0.4901, 4.0099]
    expect(compareValues(before, weights(drift), { atol: 0.01, rtol: 0 }).pass).toBe(true)
    expect(compare(drift).pass).toBe(true)
    expect(compare([...before], { atol: 0, rtol: 0 }).pass).toBe(true)
  })

  test('names the filter and the statistic that moved most', () => {
    expect(compare([1, -2, 0.5, 5])).toMatchObject({
      pass: false,
      parts: [{ first: 1, last: 1, statistic: 'max', before: 4, after: 5 }],
    })
  })

  test('a sign flip that keeps the norm is seen', () => {
    expect(compare([1, 2, 0.5, 4]).pass).toBe(false)
  })
})
