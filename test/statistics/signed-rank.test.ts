import { describe, expect, test } from 'vitest'
import { signedRankTest } from '../../src/statistics/signed-rank.js'
import { mulberry32 } from '../../src/training/seed.js'

/** Ranks 1 … n of which those that sum up to `below` are negative. */
function withNegativeSum(n: number, below: number): number[] {
  let left = below
  return Array.from({ length: n }, (_, i) => n - i).map((rank) => {
    if (rank > left) return rank
    left -= rank
    return -rank
  })
}

describe("Wilcoxon's signed-rank test", () => {
  // Hamilton depression scale of nine patients (Hollander and Wolfe, 1973, p. 29): R's wilcox.test has V = 40,
  // p = 0.01953.
  test('is that of R on published data', () => {
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    const { statistic, pValue } = signedRankTest(before.map((value, i) => value - after[i]!))
    expect(statistic).toBe(40)
    expect(pValue).toBeCloseTo(0.01953, 5)
  })

  // One-sided critical sums at 0.05 (Wilcoxon and Wilcox, 1964): the greatest sum of negative ranks that is rejected.
  test.each([
    [5, 0],
    [6, 2],
    [7, 3],
    [8, 5],
    [9, 8],
    [10, 10],
    [12, 17],
    [15, 30],
    [20, 60],
    [25, 100],
  ])('of %i rejects up to a sum of %i', (n, critical) => {
    expect(signedRankTest(withNegativeSum(n, critical)).pValue).toBeLessThanOrEqual(0.05)
    expect(signedRankTest(withNegativeSum(n, critical + 1)).pValue).toBeGreaterThan(0.05)
  })

  test('with ties and zeros agrees with counting every assignment of signs', () => {
    const random = mulberry32(3)
    for (let i = 0; i < 60; i++) {
      const differences = Array.from({ length: 1 + (i % 9) }, () => Math.round(6 * random() - 2))
      const magnitudes = differences.map(Math.abs)
      const rank = (size: number) =>
        magnitudes.filter((other) => other < size).length +
        (magnitudes.filter((other) => other === size).length + 1) / 2
      const ranks = magnitudes.filter((size) => size > 0).map(rank)
      const observed = differences.reduce(
        (sum, difference) => sum + (difference > 0 ? rank(difference) : 0),
        0,
      )
      let asLarge = 0
      for (let signs = 0; signs < 2 ** ranks.length; signs++) {
        const sum = ranks.reduce((total, one, bit) => total + ((signs >> bit) & 1 ? one : 0), 0)
        if (sum >= observed) asLarge++
      }
      const result = signedRankTest(differences)
      expect(result.statistic).toBe(observed)
      expect(result.zeros).toBe(differences.length - ranks.length)
      expect(result.pValue).toBeCloseTo(asLarge / 2 ** ranks.length, 12)
    }
  })

  test('ranks zeros before it leaves them out (Pratt, 1959)', () => {
    expect(signedRankTest([0, 1, 2, -3])).toMatchObject({ statistic: 5, zeros: 1 })
    expect(signedRankTest([0, 0])).toEqual({ statistic: 0, zeros: 2, pValue: 1 })
  })

  test('names the differences when they cannot be used', () => {
    expect(() => signedRankTest([])).toThrow(/^differences: /)
    expect(() => signedRankTest([1, Infinity])).toThrow(/^differences\[1\]: /)
    expect(() => signedRankTest([1], Number.NaN)).toThrow(/^bound: /)
  })
})
