import { describe, expect, test } from 'vitest'
import { anytimeBoundary } from '../../src/statistics/confidence-sequence.js'
import {
  detectableEffect,
  fewestPairs,
  fewestPairsOf,
  pairedPower,
  pairsNeeded,
} from '../../src/statistics/detectable-effect.js'
import { noncentralUpperTail } from '../../src/statistics/noncentral-t.js'
import { plannedBoundary } from '../../src/statistics/planned-looks.js'
import { signTest } from '../../src/statistics/sign-test.js'
import { studentUpperQuantile, studentUpperTail } from '../../src/statistics/students-t.js'

describe('the noncentral t', () => {
  // SciPy 1.17: stats.nct.sf
  test.each([
    [2, 9, 3, 0.8306638952572654],
    [636, 1, 50, 0.06266214208241133],
    [0, 5, 1, 0.8413447460685429],
    [-2, 5, 1, 0.9941035377101578],
    [1.66, 126, 2.828, 0.8779797233925833],
    [1.96, 100_000, 2, 0.5159552369653786],
  ])('P(T ≥ %f) of %i degrees of freedom moved by %f', (t, df, shift, tail) => {
    expect(noncentralUpperTail(t, df, shift)).toBeCloseTo(tail, 9)
  })

  test('is central without a shift', () => {
    for (const df of [1, 2, 7, 40])
      for (const t of [-3, -0.1, 0, 0.5, 2, 12]) {
        expect(noncentralUpperTail(t, df, 0)).toBeCloseTo(studentUpperTail(t, df), 9)
      }
  })

  // Cohen (1988), table 2.4.1: two groups of 64 show d = 0.5 with power 0.80 at a two-sided 0.05.
  test("has Cohen's power of two groups", () => {
    expect(noncentralUpperTail(studentUpperQuantile(0.025, 126), 126, 0.5 * Math.sqrt(32))).toBeCloseTo(
      0.8015,
      4,
    )
  })
})

describe('the power of a paired comparison', () => {
  // G*Power 3.1, t test of matched pairs: 27 pairs (actual power 0.8118) and, two-sided, 34 (0.8078).
  test('is that of published planning', () => {
    expect(pairedPower({ n: 27, effectSize: 0.5, alpha: 0.05 })).toBeCloseTo(0.8118, 4)
    expect(pairsNeeded({ effectSize: 0.5, alpha: 0.05, power: 0.8 })).toBe(27)
    expect(pairedPower({ n: 34, effectSize: 0.5, alpha: 0.025 })).toBeCloseTo(0.8078, 4)
    expect(pairsNeeded({ effectSize: 0.5, alpha: 0.025, power: 0.8 })).toBe(34)
    expect(pairsNeeded({ effectSize: 50, alpha: 0.05, power: 0.5 })).toBe(2)
  })

  test('is what the detectable effect has, in the unit of the deviation', () => {
    for (const n of [2, 3, 5, 12]) {
      const effectSize = detectableEffect({ n, alpha: 0.01, power: 0.9 })
      expect(pairedPower({ n, effectSize, alpha: 0.01 })).toBeCloseTo(0.9, 6)
      expect(detectableEffect({ n, alpha: 0.01, power: 0.9, sd: 0.03 })).toBeCloseTo(0.03 * effectSize, 9)
    }
    expect(detectableEffect({ n: 5, alpha: 0.05, power: 0.8 })).toBeCloseTo(1.3594, 4)
  })

  test('is alpha without an effect', () => {
    expect(pairedPower({ n: 6, effectSize: 0, alpha: 0.03 })).toBeCloseTo(0.03, 9)
  })

  test.each<[string, () => unknown]>([
    ['n', () => pairedPower({ n: 1, effectSize: 1, alpha: 0.05 })],
    ['alpha', () => pairedPower({ n: 3, effectSize: 1, alpha: 0 })],
    ['sd', () => detectableEffect({ n: 3, alpha: 0.05, power: 0.8, sd: 0 })],
    ['power', () => detectableEffect({ n: 3, alpha: 0.05, power: 0.05 })],
    ['power', () => detectableEffect({ n: 3, alpha: 0.05, power: 1 })],
    ['effectSize', () => pairsNeeded({ effectSize: 0, alpha: 0.05, power: 0.8 })],
    ['effectSize', () => pairsNeeded({ effectSize: 1e-4, alpha: 0.05, power: 0.8 })],
    ['shift', () => noncentralUpperTail(1, 3, Number.NaN)],
  ])('names %s when it cannot be used', (argument, call) => {
    expect(call).toThrow(expect.objectContaining({ name: 'InvalidArgumentError' }))
    expect(call).toThrow(new RegExp(`^${argument}: `))
  })
})

describe('the fewest pairs that could ever decide', () => {
  test.each([
    [0.05, 5],
    [0.03125, 5],
    [0.031, 6],
    [0.01, 7],
    [0.001, 10],
  ])('by signs at %f are %i', (alpha, n) => {
    expect(fewestPairs('sign', alpha)).toBe(n)
    expect(fewestPairs('signed-rank', alpha)).toBe(n)
    expect(signTest(Array(n).fill(1)).pValue).toBeLessThanOrEqual(alpha)
    expect(signTest(Array(n - 1).fill(1)).pValue).toBeGreaterThan(alpha)
  })

  test('by t are two, and of a boundary its first look that can', () => {
    expect(fewestPairs('student', 1e-9)).toBe(2)
    expect(fewestPairsOf(plannedBoundary({ alpha: 0.05, budget: 6 }))).toBe(2)
    expect(fewestPairsOf(plannedBoundary({ alpha: 0.05, budget: 6, looks: [4, 6] }))).toBe(4)
    expect(fewestPairsOf(anytimeBoundary({ alpha: 0.05 }))).toBe(3)
    expect(fewestPairsOf(anytimeBoundary({ alpha: 0.001 }))).toBe(4)
  })
})
