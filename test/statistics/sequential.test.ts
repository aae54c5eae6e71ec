import { describe, expect, test } from 'vitest'
import { anytimeBoundary, logEvidence } from '../../src/statistics/confidence-sequence.js'
import { integrate } from '../../src/statistics/gauss-legendre.js'
import { noncentralUpperTail } from '../../src/statistics/noncentral-t.js'
import { plannedBoundary } from '../../src/statistics/planned-looks.js'
import { pairedSequence, type StoppingBoundary } from '../../src/statistics/sequential.js'
import { studentUpperQuantile, studentUpperTail } from '../../src/statistics/students-t.js'
import { gaussianSource } from './gaussian.js'

/** Of many series looked at after every difference: the shares told above and below 0, and the seeds used. */
function simulate(boundary: StoppingBoundary, budget: number, series: number, draw: () => number) {
  const criticals = Array.from({ length: budget + 1 }, (_, n) => boundary.critical(n))
  let [above, below, seeds] = [0, 0, 0]
  for (let i = 0; i < series; i++) {
    let [sum, squares] = [draw(), 0]
    let n = 1
    while (n < budget) {
      const value = draw()
      squares += (n / (n + 1)) * (value - sum / n) ** 2
      sum += value
      n++
      const t = sum / Math.sqrt((n * squares) / (n - 1))
      if (t > criticals[n]!) {
        above++
        break
      }
      if (t < -criticals[n]!) {
        below++
        break
      }
    }
    seeds += n
  }
  return { above: above / series, below: below / series, seeds: seeds / series }
}

const planned = new Map([5, 8, 12, 20].map((budget) => [budget, plannedBoundary({ alpha: 0.05, budget })]))

describe('planned looks', () => {
  test('of one look are the t test', () => {
    expect(plannedBoundary({ alpha: 0.05, budget: 2 }).nominal[2]).toBeCloseTo(0.05, 9)
    const last = plannedBoundary({ alpha: 0.02, budget: 9, looks: [9] })
    expect(last.critical(9)).toBeCloseTo(studentUpperQuantile(0.02, 8), 6)
    expect(last.critical(8)).toBe(Infinity)
    expect(last.pValue(Array(8).fill(1.5))).toBeCloseTo(studentUpperTail(1.5, 8), 9)
  })

  // The constant levels found by simulating 6 million series of 3 and of 8 with NumPy, to two of their standard errors.
  test.each([
    [3, 0.0289, 0.0002],
    [8, 0.01263, 0.00005],
  ])("of budget %i have Pocock's level as simulated", (budget, level, error) => {
    const { nominal } = plannedBoundary({ alpha: 0.05, budget, exponent: 0 })
    expect(Math.abs(nominal[budget]! - level)).toBeLessThan(error)
  })

  test('have a p value of alpha at their critical values', () => {
    for (const [budget, boundary] of planned) {
      const atOne = Array.from({ length: budget - 1 }, (_, i) => (i === 1 ? boundary.critical(3) : 0))
      expect(boundary.pValue(atOne)).toBeCloseTo(0.05, 6)
      expect(boundary.pValue([])).toBe(1)
    }
  })

  test('spend between the last look alone and the sum of all levels', () => {
    for (const budget of [3, 6, 15]) {
      for (const exponent of [0, 0.5, 2]) {
        const { nominal } = plannedBoundary({ alpha: 0.025, budget, exponent })
        expect(nominal[budget]).toBeLessThan(0.025)
        expect(nominal.reduce((sum, level) => sum + level, 0)).toBeGreaterThan(0.025)
      }
    }
  })

  test.each([5, 8, 12, 20])('of budget %i are wrong as often as they say', (budget) => {
    const { above, below } = simulate(planned.get(budget)!, budget, 20_000, gaussianSource(budget))
    // 0.05 with four standard errors of 20000 series.
    expect(Math.abs(above - 0.05)).toBeLessThan(0.0062)
    expect(Math.abs(below - 0.05)).toBeLessThan(0.0062)
  })

  test('are cautious with heavy tails; skewed differences are not theirs', () => {
    const next = gaussianSource(31)
    const heavy = () => next() / Math.sqrt((next() ** 2 + next() ** 2 + next() ** 2) / 3)
    expect(simulate(planned.get(8)!, 8, 20_000, heavy).above).toBeLessThan(0.05)
    const unlike = () => Math.exp(next()) - Math.exp(next())
    expect(simulate(planned.get(8)!, 8, 20_000, unlike).above).toBeLessThan(0.05)
    const skewed = () => Math.exp(next()) - Math.exp(0.5)
    const { above, below } = simulate(planned.get(8)!, 8, 5_000, skewed)
    expect(above).toBeLessThan(0.02)
    expect(below).toBeGreaterThan(0.2)
  })

  test.each([
    [1, 8, 0.678, 6.3],
    [2, 5, 0.916, 3.8],
    [4, 12, 1, 3.5],
  ])('find %f deviations within %i seeds', (effect, budget, found, seeds) => {
    const next = gaussianSource(77)
    const outcome = simulate(planned.get(budget)!, budget, 4000, () => effect + next())
    expect(Math.abs(outcome.above - found)).toBeLessThan(0.03)
    expect(Math.abs(outcome.seeds - seeds)).toBeLessThan(0.2)
  })

  test.each<[string, () => unknown]>([
    ['alpha', () => plannedBoundary({ alpha: 0.5, budget: 5 })],
    ['budget', () => plannedBoundary({ alpha: 0.05, budget: 1 })],
    ['budget', () => plannedBoundary({ alpha: 0.05, budget: 101 })],
    ['looks', () => plannedBoundary({ alpha: 0.05, budget: 5, looks: [] })],
    ['looks\\[1\\]', () => plannedBoundary({ alpha: 0.05, budget: 5, looks: [3, 6] })],
    ['exponent', () => plannedBoundary({ alpha: 0.05, budget: 5, exponent: -1 })],
  ])('name %s when it cannot be used', (argument, call) => {
    expect(call).toThrow(expect.objectContaining({ name: 'InvalidArgumentError' }))
    expect(call).toThrow(new RegExp(`^${argument}: `))
  })
})

describe('looks at any time', () => {
  test('have an e-process of mean 1 under the null hypothesis, at every number of differences', () => {
    const density = (t: number, df: number) =>
      (studentUpperTail(t - 1e-4, df) - studentUpperTail(t + 1e-4, df)) / 2e-4
    for (const n of [4, 6, 12]) {
      let mean = 0
      for (let low = -200; low < 200; low += low < -10 || low >= 10 ? 10 : 1) {
        const high = low + (low < -10 || low >= 10 ? 10 : 1)
        mean += integrate(low, high, (t) => Math.exp(logEvidence(t, n, 4)) * density(t, n - 1))
      }
      // Heavy tails leave some of the mean beyond 200.
      expect(mean).toBeGreaterThan(0.9)
      expect(mean).toBeLessThan(1.0001)
    }
  })

  test('weigh the likelihoods of t over the half-normal prior', () => {
    const density = (t: number, shift: number) =>
      (noncentralUpperTail(t - 1e-3, 5, shift) - noncentralUpperTail(t + 1e-3, 5, shift)) / 2e-3
    const scale = 1.5
    for (const t of [-1, 0.5, 3]) {
      const mixture = integrate(0, 9, (effect) => {
        const prior = (2 / (scale * Math.sqrt(2 * Math.PI))) * Math.exp(-0.5 * (effect / scale) ** 2)
        return prior * density(t, effect * Math.sqrt(6))
      })
      expect(mixture / density(t, 0) / Math.exp(logEvidence(t, 6, scale))).toBeCloseTo(1, 4)
    }
  })

  test('ever err less often than alpha', () => {
    const { above, below } = simulate(anytimeBoundary({ alpha: 0.05 }), 60, 20_000, gaussianSource(12))
    expect(above).toBeLessThan(0.05)
    expect(below).toBeLessThan(0.05)
    expect(above).toBeGreaterThan(0.015)
  })

  test('err less the farther the mean is below the bound', () => {
    const next = gaussianSource(13)
    const rates = [0, 0.1, 0.5].map(
      (below) => simulate(anytimeBoundary({ alpha: 0.1 }), 20, 5000, () => next() - below).above,
    )
    expect(rates[0]).toBeLessThan(0.1)
    expect(rates[1]).toBeLessThan(rates[0]!)
    expect(rates[2]).toBeLessThan(rates[1]!)
  })

  test('decide from three differences on, and refuse what cannot be used', () => {
    const boundary = anytimeBoundary({ alpha: 0.05 })
    expect([1, 2, 3].map((n) => boundary.critical(n) < Infinity)).toEqual([false, false, true])
    expect(boundary.pValue([0, boundary.critical(3)])).toBeCloseTo(0.05, 9)
    expect(boundary.pValue([Infinity])).toBeGreaterThan(0.05)
    expect(boundary.pValue([-Infinity, -Infinity])).toBe(1)
    expect(() => anytimeBoundary({ alpha: 0 })).toThrow(/^alpha: /)
    expect(() => anytimeBoundary({ alpha: 0.05, scale: Infinity })).toThrow(/^scale: /)
  })
})

describe('a paired sequence', () => {
  const boundary = planned.get(5)!

  test('decides early where it is easy, and not after that', () => {
    const easy = pairedSequence([1, 1.02, -50, -60], { boundary })
    expect(easy).toMatchObject({ decision: 'above', n: 2, finished: true })
    expect(easy.mean).toBeCloseTo(1.01, 12)
    expect(easy.low).toBeGreaterThan(0)
    expect(easy.pValueAbove).toBeLessThan(0.05)
    expect(easy.pValueBelow).toBe(1)
    expect(pairedSequence([-1, -1.02], { boundary })).toMatchObject({ decision: 'below', n: 2 })
  })

  test('stops at the budget where it is hard', () => {
    const hard = [1, -1, 0.5, -0.4, 0.1, 9, 9]
    const open = pairedSequence(hard.slice(0, 3), { boundary })
    expect(open).toMatchObject({ decision: 'undecided', n: 3, finished: false })
    const spent = pairedSequence(hard, { boundary })
    expect(spent).toMatchObject({ decision: 'undecided', n: 5, finished: true })
    expect(spent.low).toBeLessThan(0)
    expect(spent.high).toBeGreaterThan(0)
  })

  test('decides just when a limit passes the bound and the p value is below alpha', () => {
    const next = gaussianSource(41)
    for (const rule of [boundary, anytimeBoundary({ alpha: 0.05 })]) {
      for (let i = 0; i < 150; i++) {
        const differences = Array.from({ length: 5 }, () => 1.5 + next())
        const result = pairedSequence(differences, { boundary: rule, bound: 0.3 })
        expect(result.decision === 'above').toBe(result.low > 0.3)
        expect(result.decision === 'below').toBe(result.high < 0.3)
        expect(result.pValueAbove < 0.05).toBe(result.decision === 'above')
      }
    }
  })

  test('knows nothing before the first look', () => {
    const late = plannedBoundary({ alpha: 0.05, budget: 6, looks: [4, 6] })
    const early = pairedSequence([1, 1.01, 1.02], { boundary: late })
    expect(early).toMatchObject({ decision: 'undecided', low: -Infinity, high: Infinity, pValueAbove: 1 })
    expect(pairedSequence([1, 1.01, 1.02, 1, 5], { boundary: late })).toMatchObject({ n: 4 })
  })

  test('of equal differences decides at once and says why, unless they are rounded', () => {
    const equal = pairedSequence([0.01, 0.01], { boundary })
    expect(equal).toMatchObject({ decision: 'above', deterministic: true, low: 0.01, pValueAbove: 0 })
    const rounded = pairedSequence([0.01, 0.01], { boundary, resolution: 0.01 })
    expect(rounded).toMatchObject({ decision: 'undecided', deterministic: false })
    const nothing = pairedSequence([0, 0, 0, 0, 0], { boundary })
    expect(nothing).toMatchObject({
      decision: 'undecided',
      finished: true,
      deterministic: true,
      low: 0,
      high: 0,
    })
  })

  test('names what cannot be used', () => {
    expect(() => pairedSequence([1], { boundary })).toThrow(/^differences: /)
    expect(() => pairedSequence([1, Number.NaN], { boundary })).toThrow(/^differences\[1\]: /)
    expect(() => pairedSequence([1, 2], { boundary, bound: Infinity })).toThrow(/^bound: /)
  })
})
