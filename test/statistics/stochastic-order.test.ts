import { describe, expect, test } from 'vitest'
import { almostStochasticOrder } from '../../src/statistics/stochastic-order.js'
import { gaussianSource } from './gaussian.js'

const alpha = 0.05
const scores = (n: number, mean: number, sd: number, seed: number) => {
  const next = gaussianSource(seed)
  return Array.from({ length: n }, () => mean + sd * next())
}

describe('almost stochastic order', () => {
  test('is the ratio of squared distances of the quantile functions', () => {
    // Quantiles 0 and 3 against 1 and 2: as far below as above.
    expect(almostStochasticOrder([0, 3], [1, 2], { alpha }).violation).toBeCloseTo(0.5, 14)
    // 0 and 4 against 1 and 2: 1² below, 2² above.
    expect(almostStochasticOrder([4, 0], [1, 2], { alpha }).violation).toBeCloseTo(1 / 5, 14)
    // Unequal sizes: steps at 1/3, 1/2, 2/3, with gaps -1, 1, -1 and 1 over 1/3, 1/6, 1/6 and 1/3.
    expect(almostStochasticOrder([0, 2, 4], [1, 3], { alpha }).violation).toBeCloseTo(0.5, 14)
  })

  test('is 0 for full order, 1 for the reverse, and 1/2 for equal samples', () => {
    expect(almostStochasticOrder([3, 4], [1, 2], { alpha })).toEqual({ violation: 0, bound: 0, deviation: 0 })
    expect(almostStochasticOrder([1, 2], [3, 4], { alpha })).toMatchObject({ violation: 1, bound: 1 })
    expect(almostStochasticOrder([1, 2], [1, 2], { alpha }).violation).toBe(0.5)
  })

  test('of the reverse question is one minus that of the question', () => {
    for (let seed = 1; seed < 20; seed++) {
      const [a, b] = [scores(7, 0.3, 1, seed), scores(5, 0, 1, 100 + seed)]
      const forth = almostStochasticOrder(a, b, { alpha, resamples: 50 })
      const back = almostStochasticOrder(b, a, { alpha, resamples: 50 })
      expect(forth.violation + back.violation).toBeCloseTo(1, 12)
    }
  })

  test('does not change with the unit or the order of the scores, and follows its seed', () => {
    const [a, b] = [scores(8, 0.5, 1, 1), scores(8, 0, 1, 2)]
    const plain = almostStochasticOrder(a, b, { alpha })
    const scaled = almostStochasticOrder(
      a.map((value) => 10 * value + 3).reverse(),
      b.map((value) => 10 * value + 3),
      { alpha },
    )
    expect(scaled.bound).toBeCloseTo(plain.bound, 9)
    expect(almostStochasticOrder(a, b, { alpha })).toEqual(plain)
    expect(almostStochasticOrder(a, b, { alpha, seed: 2 }).bound).not.toBe(plain.bound)
    expect(plain.bound).toBeGreaterThan(plain.violation)
  })

  // The first example of the README of deep-significance, drawn by NumPy from seed 1234: five scores of N(0.9, 0.8) and
  // five of N(0, 1). Its bound, from a bootstrap too, is 0.225.
  test('has the bound that deep-significance reports', () => {
    const a = [1.2771, -0.0528, 2.0462, 0.6499, 0.3235]
    const b = [0.8872, 0.8596, -0.6365, 0.0157, -2.2427]
    const { violation, bound } = almostStochasticOrder(a, b, { alpha, resamples: 4000 })
    expect(violation).toBe(0)
    expect(Math.abs(bound - 0.225)).toBeLessThan(0.02)
  })

  test('of N(0.9, 0.8) over N(0, 1) is small, and certain with many scores', () => {
    const { violation, bound } = almostStochasticOrder(scores(400, 0.9, 0.8, 5), scores(400, 0, 1, 6), {
      alpha,
      resamples: 200,
    })
    // The quantile functions cross where 0.9 + 0.8 z = z, z = 4.5: the true violation is below 1e-6.
    expect(violation).toBeLessThan(0.02)
    expect(bound).toBeLessThan(0.05)
  })

  test('names what cannot be used', () => {
    expect(() => almostStochasticOrder([1], [1, 2], { alpha })).toThrow(/^first: /)
    expect(() => almostStochasticOrder([1, 2], [1, Number.NaN], { alpha })).toThrow(/^second\[1\]: /)
    expect(() => almostStochasticOrder([1, 2], [1, 2], { alpha: 0 })).toThrow(/^alpha: /)
    expect(() => almostStochasticOrder([1, 2], [1, 2], { alpha, resamples: 1 })).toThrow(/^resamples: /)
  })
})
