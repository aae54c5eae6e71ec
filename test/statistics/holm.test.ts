import { describe, expect, test } from 'vitest'
import { bonferroniAlpha, holmAdjusted, holmLimits } from '../../src/statistics/holm.js'
import { pairedInterval } from '../../src/statistics/paired-interval.js'
import { gaussianSource } from './gaussian.js'

describe("Holm's procedure", () => {
  // R: p.adjust(p, 'holm')
  test.each([
    [
      [0.01, 0.02, 0.03, 0.04],
      [0.04, 0.06, 0.06, 0.06],
    ],
    [
      [0.04, 0.001, 0.03],
      [0.06, 0.003, 0.06],
    ],
    [
      [0.5, 0.9, 0.6],
      [1, 1, 1],
    ],
    [[0.02], [0.02]],
    [[], []],
  ])('adjusts %j', (pValues, adjusted) => {
    holmAdjusted(pValues).forEach((p, i) => {
      expect(p).toBeCloseTo(adjusted[i]!, 12)
    })
  })

  test('names the p value that is none', () => {
    expect(() => holmAdjusted([0.1, 1.1])).toThrow(/^pValues\[1\]: /)
    expect(() => holmAdjusted([Number.NaN])).toThrow(/^pValues\[0\]: /)
    expect(() => bonferroniAlpha(0.05, 0)).toThrow(/^comparisons: /)
  })

  test('has limits that pass their bounds just for what it rejects', () => {
    const next = gaussianSource(8)
    for (let i = 0; i < 300; i++) {
      const comparisons = [0, 1, 2, 3].map((effect) => Array.from({ length: 6 }, () => effect / 2 + next()))
      const pValues = comparisons.map((differences) => pairedInterval(differences, { alpha: 0.05 }).pValue)
      holmLimits(pValues, 0.05).forEach(({ rejected, alpha, limit }, index) => {
        const { low } = pairedInterval(comparisons[index]!, { alpha })
        if (limit === 'computed') expect(low).toBeLessThanOrEqual(0)
        expect(rejected).toBe(limit !== 'computed')
      })
    }
  })

  test('limits hold together: Bonferroni for all rejected, the rest shared by the retained', () => {
    expect(holmLimits([0.001, 0.002], 0.05)).toEqual([
      { rejected: true, alpha: 0.025, limit: 'at least the bound' },
      { rejected: true, alpha: 0.025, limit: 'at least the bound' },
    ])
    expect(holmLimits([0.001, 0.5, 0.4], 0.05)).toEqual([
      { rejected: true, alpha: 0.025, limit: 'the bound' },
      { rejected: false, alpha: 0.025, limit: 'computed' },
      { rejected: false, alpha: 0.025, limit: 'computed' },
    ])
    expect(bonferroniAlpha(0.05, 4)).toBeCloseTo(0.0125, 15)
  })
})
