import { describe, expect, test } from 'vitest'
import { pairedDifferences } from '../../src/statistics/paired-differences.js'
import { pairedInterval } from '../../src/statistics/paired-interval.js'
import { gaussianSource } from './gaussian.js'

// Extra hours of sleep with two drugs (Student, 1908), R's data set `sleep`.
const firstDrug = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]
const secondDrug = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

describe('the paired interval', () => {
  test("is R's t.test(paired = TRUE) of Student's data", () => {
    const result = pairedInterval(pairedDifferences(firstDrug, secondDrug), { alpha: 0.025 })
    expect(result).toMatchObject({ n: 10, deterministic: false })
    expect(result.mean).toBeCloseTo(-1.58, 12)
    expect(result.t).toBeCloseTo(-4.0621, 4)
    expect(result.low).toBeCloseTo(-2.4598858, 7)
    expect(result.high).toBeCloseTo(-0.7001142, 7)
    // R's two-sided p is 0.002833.
    expect(result.pValue).toBeCloseTo(1 - 0.002833 / 2, 6)
    expect(result.effectSize).toBeCloseTo(-1.284558, 6)
    // Hedges' factor of nine degrees of freedom is 0.9139 (1 - 3/35 = 0.9143 by his approximation).
    expect(result.hedgesEffectSize! / result.effectSize).toBeCloseTo(0.9139, 3)
  })

  test('has its low limit above the bound just when the p value is below alpha', () => {
    const next = gaussianSource(5)
    for (let i = 0; i < 500; i++) {
      const differences = Array.from({ length: 2 + (i % 9) }, () => 1 + next())
      const { low, high, mean, pValue } = pairedInterval(differences, { alpha: 0.1, bound: 0.2 })
      expect(low > 0.2).toBe(pValue < 0.1)
      expect(low + high).toBeCloseTo(2 * mean, 9)
    }
  })

  test('covers the mean at its level', () => {
    const next = gaussianSource(6)
    let missed = 0
    const series = 5000
    for (let i = 0; i < series; i++) {
      const { low, high } = pairedInterval([3 + next(), 3 + next(), 3 + next()], { alpha: 0.05 })
      if (low > 3 || high < 3) missed++
    }
    expect(missed / series).toBeGreaterThan(0.087)
    expect(missed / series).toBeLessThan(0.113)
  })

  test('moves with the differences and scales with their unit', () => {
    const differences = [0.1, 0.4, 0.2, 0.35]
    const plain = pairedInterval(differences, { alpha: 0.05, bound: 0.1 })
    const moved = pairedInterval(
      differences.map((value) => 100 * (value + 2)),
      { alpha: 0.05, bound: 210 },
    )
    expect(moved.low).toBeCloseTo(100 * (plain.low + 2), 9)
    expect(moved.effectSize).toBeCloseTo(plain.effectSize, 9)
    expect(moved.pValue).toBeCloseTo(plain.pValue, 9)
  })

  test('of equal differences is a point and says so', () => {
    const equal = pairedInterval([0.2, 0.2, 0.2], { alpha: 0.05 })
    expect(equal).toMatchObject({ mean: 0.2, low: 0.2, high: 0.2, sd: 0, deterministic: true })
    expect(equal).toMatchObject({ effectSize: Infinity, pValue: 0 })
    expect(pairedInterval([0, 0], { alpha: 0.05 })).toMatchObject({ t: 0, effectSize: 0, pValue: 0.5 })
    expect(pairedInterval([0, 0], { alpha: 0.05, bound: 1 })).toMatchObject({ pValue: 1 })
    expect(pairedInterval([0.1 + 0.2, 0.3], { alpha: 0.05 }).deterministic).toBe(true)
  })

  test('takes equal differences of coarse scores for what rounding hides', () => {
    const rounded = pairedInterval([0.01, 0.01], { alpha: 0.05, resolution: 0.01 })
    expect(rounded).toMatchObject({ deterministic: false, hedgesEffectSize: undefined })
    expect(rounded.sd).toBeCloseTo(0.01 / Math.sqrt(12), 12)
    expect(rounded.low).toBeLessThan(0)
  })

  test.each<[string, () => unknown]>([
    ['differences', () => pairedInterval([1], { alpha: 0.05 })],
    ['differences\\[1\\]', () => pairedInterval([1, Number.NaN], { alpha: 0.05 })],
    ['differences\\[0\\]', () => pairedInterval([Infinity, 1], { alpha: 0.05 })],
    ['alpha', () => pairedInterval([1, 2], { alpha: 0.5 })],
    ['bound', () => pairedInterval([1, 2], { alpha: 0.05, bound: Number.NaN })],
    ['resolution', () => pairedInterval([1, 2], { alpha: 0.05, resolution: 0 })],
    ['second', () => pairedDifferences([1, 2], [1])],
    ['second\\[1\\]', () => pairedDifferences([1, 2], [1, -Infinity])],
    ['first\\[0\\]', () => pairedDifferences([Number.NaN], [1])],
  ])('names %s when it cannot be used', (argument, call) => {
    expect(call).toThrow(expect.objectContaining({ name: 'InvalidArgumentError' }))
    expect(call).toThrow(new RegExp(`^${argument}: `))
  })
})
