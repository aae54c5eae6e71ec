import { describe, expect, test } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.js'
import { normalCdf } from '../../src/statistics/normal-cdf.js'
import {
  studentCdf,
  studentQuantile,
  studentUpperQuantile,
  studentUpperTail,
} from '../../src/statistics/students-t.js'

describe("Student's distribution", () => {
  // The usual table of critical values, e.g. NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
  test.each([
    [1, 0.05, 6.314],
    [1, 0.025, 12.706],
    [2, 0.005, 9.925],
    [4, 0.05, 2.132],
    [5, 0.025, 2.571],
    [9, 0.01, 2.821],
    [10, 0.001, 4.144],
    [30, 0.025, 2.042],
    [100, 0.05, 1.66],
  ])('of %i degrees of freedom passes its value for %f at %f', (df, tail, critical) => {
    expect(studentUpperQuantile(tail, df)).toBeCloseTo(critical, 2.9)
    expect(studentQuantile(1 - tail, df)).toBeCloseTo(critical, 2.9)
    expect(studentQuantile(tail, df)).toBeCloseTo(-critical, 2.9)
  })

  test('of one and two degrees of freedom has a closed form, far into the tails', () => {
    for (const t of [1e-9, 0.01, 0.7, 1, 3, 50, 1e6]) {
      expect(studentUpperTail(t, 1) / (Math.atan2(1, t) / Math.PI)).toBeCloseTo(1, 12)
      const root = Math.sqrt(2 + t * t)
      expect(studentUpperTail(t, 2) / (1 / (root * (root + t)))).toBeCloseTo(1, 12)
    }
    expect(studentUpperQuantile(1e-12, 1) / (1 / Math.tan(1e-12 * Math.PI))).toBeCloseTo(1, 10)
  })

  // SciPy 1.17: stats.t.sf
  test.each([
    [2.5, 4, 0.03338327240599407],
    [30, 4, 3.6764280488306595e-6],
    [1.7, 59.9, 0.04715922853058],
    [2.5, 100_000, 0.00621045959627953],
  ])('P(T ≥ %f) with %f degrees of freedom', (t, df, tail) => {
    expect(studentUpperTail(t, df) / tail).toBeCloseTo(1, 10)
    expect(studentCdf(-t, df)).toBe(studentUpperTail(t, df))
    expect(studentCdf(t, df)).toBeCloseTo(1 - tail, 12)
  })

  test('has quantiles that its tail takes back', () => {
    for (const df of [1, 2.5, 4, 19, 59, 61, 1000]) {
      for (const q of [1e-80, 1e-9, 0.001, 0.2, 0.49, 0.5, 0.9]) {
        expect(studentUpperTail(studentUpperQuantile(q, df), df) / q).toBeCloseTo(1, 9)
      }
    }
  })

  test('comes near the normal distribution, and ends at infinity', () => {
    expect(studentUpperTail(1.96, 1e7)).toBeCloseTo(normalCdf(-1.96), 7)
    expect(normalCdf(-1.959963984540054)).toBeCloseTo(0.025, 13)
    expect(normalCdf(-10) / 7.619853024160495e-24).toBeCloseTo(1, 11)
    expect(normalCdf(0)).toBe(0.5)
    expect(studentUpperTail(Infinity, 3)).toBe(0)
    expect(studentUpperTail(-Infinity, 3)).toBe(1)
  })

  test.each([
    ['df', () => studentCdf(1, 0)],
    ['df', () => studentCdf(1, Number.NaN)],
    ['df', () => studentUpperQuantile(0.1, Infinity)],
    ['t', () => studentCdf(Number.NaN, 3)],
    ['p', () => studentQuantile(1, 3)],
    ['q', () => studentUpperQuantile(0, 3)],
  ])('names %s when it cannot be used', (argument, call) => {
    expect(call).toThrow(InvalidArgumentError)
    expect(call).toThrow(new RegExp(`^${argument}: `))
  })
})
