import { describe, expect, test } from 'vitest'
import { signTest } from '../../src/statistics/sign-test.js'

describe('the sign test', () => {
  // Cumulative binomial probabilities at 1/2, e.g. Siegel and Castellan (1988), table D.
  test.each([
    [5, 0, 0.03125],
    [4, 1, 0.1875],
    [8, 2, 0.0547],
    [9, 1, 0.0107],
    [12, 3, 0.0176],
  ])('of %i above and %i below', (above, below, p) => {
    const differences = [...Array(above).fill(2), ...Array(below).fill(-1)]
    expect(signTest(differences)).toMatchObject({ above, below, ties: 0 })
    expect(signTest(differences).pValue).toBeCloseTo(p, 4)
  })

  test('of many differences is the binomial tail', () => {
    // SciPy 1.17: stats.binom.sf(1010, 2000, 0.5)
    const signs = Array.from({ length: 2000 }, (_, i) => (i < 1011 ? 1 : -1))
    expect(signTest(signs).pValue).toBeCloseTo(0.3193, 3)
    expect(signTest(signs.slice(22, 1022)).pValue).toBeLessThan(1e-250)
    expect(signTest(Array(60).fill(1)).pValue).toBe(2 ** -60)
  })

  test('drops ties with the bound and says how many', () => {
    expect(signTest([1, 2, 2, 3, 5], 2)).toEqual({ above: 2, below: 1, ties: 2, pValue: 0.5 })
    expect(signTest([0, 0, 0])).toEqual({ above: 0, below: 0, ties: 3, pValue: 1 })
  })

  test('of one difference says nothing but is no error; of none, NaN or infinity it is one', () => {
    expect(signTest([1]).pValue).toBe(0.5)
    expect(() => signTest([])).toThrow(/^differences: /)
    expect(() => signTest([1, Number.NaN])).toThrow(/^differences\[1\]: /)
    expect(() => signTest([Infinity])).toThrow(/^differences\[0\]: /)
  })
})
