import { describe, expect, test } from 'vitest'
import { sequentialRatioOutlook, sequentialRatioTest } from '../../src/statistics/sequential-ratio.js'
import { mulberry32 } from '../../src/training/seed.js'

// The acceptance inspection of Wald (1947, Sequential Analysis, 5.4): rates 0.1 and 0.3, alpha 0.02, beta 0.03. Lots
// are accepted below -2.58 + 0.186 n defects and rejected above 2.87 + 0.186 n.
const wald = { low: 0.1, high: 0.3, alpha: 0.02, beta: 0.03 }
const flaky = { low: 0.05, high: 0.9, alpha: 0.001, beta: 0.05 }

describe("Wald's sequential probability ratio test", () => {
  test('accepts and rejects at the lines Wald gives', () => {
    // Without a defect, acceptance at 2.58 / 0.186 = 13.9.
    const clean = Array<boolean>(30).fill(false)
    expect(sequentialRatioTest(clean, wald)).toMatchObject({ decision: 'low', used: 14 })
    // Defects only, rejection at 2.87 / (1 - 0.186) = 3.5.
    const broken = Array<boolean>(30).fill(true)
    expect(sequentialRatioTest(broken, wald)).toMatchObject({ decision: 'high', used: 4 })
    expect(sequentialRatioTest([true, false], wald)).toMatchObject({ decision: 'undecided', used: 2 })
    expect(sequentialRatioTest([], wald)).toEqual({ decision: 'undecided', used: 0, logRatio: 0 })
  })

  test("keeps its error rates, and takes about as long as Wald's approximation says", () => {
    const good = sequentialRatioOutlook(wald, wald.low, 1000)
    const bad = sequentialRatioOutlook(wald, wald.high, 1000)
    expect(good.high).toBeLessThanOrEqual(0.02 / 0.97)
    expect(bad.low).toBeLessThanOrEqual(0.03 / 0.98)
    expect(good.high + bad.low).toBeLessThanOrEqual(0.05)
    // E n = ((1 - error) · one limit + error · the other) / mean step, excess over the limits neglected.
    const [failure, success] = [Math.log(3), Math.log(7 / 9)]
    const [upper, lower] = [Math.log(0.97 / 0.02), Math.log(0.03 / 0.98)]
    const expectedGood = (0.02 * upper + 0.98 * lower) / (0.1 * failure + 0.9 * success)
    const expectedBad = (0.97 * upper + 0.03 * lower) / (0.3 * failure + 0.7 * success)
    expect(good.outcomes / expectedGood).toBeGreaterThan(0.95)
    expect(good.outcomes / expectedGood).toBeLessThan(1.2)
    expect(bad.outcomes / expectedBad).toBeGreaterThan(0.95)
    expect(bad.outcomes / expectedBad).toBeLessThan(1.2)
  })

  test('decides between 5 % and 90 % failures in two to three runs', () => {
    const good = sequentialRatioOutlook(flaky, 0.05, 200)
    const bad = sequentialRatioOutlook(flaky, 0.9, 200)
    // Wald's approximation is 1.5 and 2.7; outcomes come whole.
    expect(good.outcomes).toBeGreaterThan(1.5)
    expect(good.outcomes).toBeLessThan(2.5)
    expect(bad.outcomes).toBeGreaterThan(2.7)
    expect(bad.outcomes).toBeLessThan(3.8)
  })

  test('has the outlook that simulation finds', () => {
    const random = mulberry32(4)
    const outlook = sequentialRatioOutlook(wald, 0.2, 25)
    expect(outlook.low + outlook.high + outlook.undecided).toBeCloseTo(1, 12)
    const counts = { low: 0, high: 0, undecided: 0 }
    let used = 0
    const repeats = 20_000
    for (let i = 0; i < repeats; i++) {
      const result = sequentialRatioTest(
        Array.from({ length: 25 }, () => random() < 0.2),
        wald,
      )
      counts[result.decision]++
      used += result.used
    }
    expect(counts.low / repeats).toBeCloseTo(outlook.low, 1.7)
    expect(counts.high / repeats).toBeCloseTo(outlook.high, 1.7)
    expect(used / repeats / outlook.outcomes).toBeCloseTo(1, 1.5)
  })

  test.each([
    ['low', { ...wald, low: 0 }],
    ['low', { ...wald, low: 0.3 }],
    ['high', { ...wald, high: Number.NaN }],
    ['alpha', { ...wald, alpha: 1 }],
    ['beta', { ...wald, beta: 0.99 }],
  ])('names %s when it cannot be used', (argument, plan) => {
    expect(() => sequentialRatioTest([], plan)).toThrow(new RegExp(`^${argument}: `))
  })

  test('names a rate or budget that cannot be used', () => {
    expect(() => sequentialRatioOutlook(wald, 1.5, 10)).toThrow(/^rate: /)
    expect(() => sequentialRatioOutlook(wald, 0.5, 0)).toThrow(/^budget: /)
  })
})
