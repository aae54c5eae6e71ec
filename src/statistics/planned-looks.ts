import { InvalidArgumentError } from '../errors.js'
import { integrate } from './gauss-legendre.js'
import { logGamma } from './probability.js'
import type { StoppingBoundary } from './sequential.js'
import { studentUpperQuantile, studentUpperTail } from './students-t.js'
import { requireCount, requireRate } from './valid-sample.js'

export interface PlannedLooksOptions {
  /** The rate at which either limit ever misses the mean, over all looks; between 0 and 1/2. */
  alpha: number
  /** The most differences there will be, 2 … 100. */
  budget: number
  /** The numbers of differences after which to look. Default all from 2 to the budget. */
  looks?: readonly number[]
  /**
   * The level at a look grows as (n - 1) to this power. 0 is Pocock's constant level, quickest for large effects; large
   * powers put off decisions and find smaller effects. Default 1/2: bench/sequential.mjs prints what each costs.
   */
  exponent?: number
}

export interface PlannedBoundary extends StoppingBoundary {
  /** The level of Student's test at each look, by n; 0 where n is no look. */
  readonly nominal: readonly number[]
}

/**
 * A group-sequential t test with exact critical values. Under the null hypothesis t₂ … t_N have one joint law whatever
 * the variance, so the chance that any of them passes is computed, as Armitage, McPherson and Rowe (1969) do for
 * known variance, and the levels are scaled until it is alpha. (Bonferroni's correction over the looks takes the looks
 * for unrelated; the same looks then find much less.) The p value is the chance under the null hypothesis that the
 * best look, by its share of the level, would be as good.
 */
export function plannedBoundary({
  alpha,
  budget,
  looks,
  exponent = 0.5,
}: PlannedLooksOptions): PlannedBoundary {
  requireRate('alpha', alpha, 0.5)
  requireCount('budget', budget, 2, 100)
  if (!(exponent >= 0 && exponent <= 10)) {
    throw new InvalidArgumentError('exponent', String(exponent), 'a number from 0 to 10')
  }
  looks?.forEach((look, i) => {
    requireCount(`looks[${i}]`, look, 2, budget)
  })
  if (looks?.length === 0) throw new InvalidArgumentError('looks', 'none', 'at least one')
  const shares = Array.from({ length: budget + 1 }, (_, n) =>
    n >= 2 && (looks?.includes(n) ?? true) ? ((n - 1) / (budget - 1)) ** exponent : 0,
  )
  const chanceAt = (scale: number) => crossingChance(shares.map((share) => scale * share))
  const scale = solveScale(chanceAt, alpha)
  const nominal = shares.map((share) => scale * share)
  const criticals = nominal.map((level, n) => (level > 0 ? studentUpperQuantile(level, n - 1) : Infinity))
  return {
    alpha,
    budget,
    nominal,
    critical: (n) => criticals[n] ?? Infinity,
    pValue(statistics) {
      let best = Infinity
      statistics.forEach((t, i) => {
        const share = shares[i + 2]
        if (share) best = Math.min(best, studentUpperTail(t, i + 1) / share)
      })
      return best === Infinity ? 1 : chanceAt(best)
    },
  }
}

/** Secant steps on the logarithms, where the chance is nearly a power of the scale. */
function solveScale(chanceAt: (scale: number) => number, alpha: number): number {
  let [before, scale] = [alpha, alpha / 2]
  let [errorBefore, error] = [Math.log(chanceAt(before) / alpha), Math.log(chanceAt(scale) / alpha)]
  for (let i = 0; i < 40 && Math.abs(error) > 1e-8 && errorBefore !== error; i++) {
    const slope = (error - errorBefore) / Math.log(scale / before)
    const next = scale * Math.exp(-error / slope)
    before = scale
    errorBefore = error
    scale = next
    error = Math.log(chanceAt(scale) / alpha)
  }
  return scale
}

/**
 * The chance that independent centred Gaussian values have t after some n above the quantile of level `nominal[n]`.
 *
 * With m = √n · mean and S = the sum of squared deviations, tan θ = m / √S = t / √(n - 1), and under the null
 * hypothesis θ has a density in proportion to cosⁿ⁻² θ. Going back from n to n - 1 by Helmert's rotation,
 * tan θ' = (√((n-1)/n) tan θ - sin ψ / √n) / cos ψ with ψ independent of θ, of a density in proportion to cosⁿ⁻³ ψ.
 * So the chance Q(θ) of no earlier crossing, given θ, is an integral of that of n - 1.
 */
function crossingChance(nominal: readonly number[]): number {
  let survival: Survival = { top: Math.PI / 2, at: () => 1 }
  let crossed = 0
  for (let n = 2; n < nominal.length; n++) {
    if (n > 2) survival = oneStepOn(survival, n)
    const level = nominal[n]!
    if (level === 0) continue
    if (level >= 1) return 1
    const passed = Math.atan(studentUpperQuantile(level, n - 1) / Math.sqrt(n - 1))
    if (passed >= survival.top) continue
    const { at, top } = survival
    crossed += integrate(passed, top, (angle) => at(angle) * cosinePower(angle, n - 2))
    survival = { top: passed, at }
  }
  return Math.min(1, crossed)
}

/** The chance of no crossing so far, given the angle; 0 above `top`. */
interface Survival {
  top: number
  at(angle: number): number
}

const tableSize = 64

function oneStepOn(before: Survival, n: number): Survival {
  const cosine = Math.sqrt((n - 1) / n)
  const sine = Math.sqrt(1 / n)
  const limit = before.top < Math.PI / 2 ? Math.tan(before.top) : Infinity
  if (limit === Infinity) return before
  // cosine · tan θ < sine · sin ψ + limit · cos ψ = reach · cos(ψ - lead)
  const reach = Math.hypot(sine, limit)
  const lead = Math.atan2(sine, limit)
  const top = Math.atan(reach / cosine)
  const length = top + Math.PI / 2
  const chanceAt = (angle: number) => {
    const tangent = cosine * Math.tan(angle)
    const ratio = tangent / reach
    const half = ratio <= -1 ? Math.PI : ratio >= 1 ? 0 : Math.acos(ratio)
    const low = Math.max(-Math.PI / 2, lead - half)
    const high = Math.min(Math.PI / 2, lead + half)
    return integrate(low, high, (turn) => {
      const earlier = Math.atan((tangent - sine * Math.sin(turn)) / Math.cos(turn))
      return before.at(earlier) * cosinePower(turn, n - 3)
    })
  }
  // Survival ends at the top as a square root does: evenly spaced in the root of the distance, it is smooth.
  const table = Float64Array.from({ length: tableSize + 1 }, (_, i) => {
    const root = 1 - i / tableSize
    return chanceAt(top - length * root * root)
  })
  return {
    top,
    at(angle) {
      const place = (1 - Math.sqrt(Math.max(0, top - angle) / length)) * tableSize
      return cubicBetween(table, place)
    },
  }
}

/** Lagrange's cubic through the four nearest entries. */
function cubicBetween(table: Float64Array, place: number): number {
  const start = Math.max(0, Math.min(table.length - 4, Math.floor(place) - 1))
  const x = place - start
  const [a, b, c, d] = [table[start]!, table[start + 1]!, table[start + 2]!, table[start + 3]!]
  return (
    (-a * (x - 1) * (x - 2) * (x - 3)) / 6 +
    (b * x * (x - 2) * (x - 3)) / 2 -
    (c * x * (x - 1) * (x - 3)) / 2 +
    (d * x * (x - 1) * (x - 2)) / 6
  )
}

const cosineScales: number[] = []

/** The density in proportion to cosᵏ on (-π/2, π/2). */
function cosinePower(angle: number, k: number): number {
  cosineScales[k] ??= Math.exp(logGamma(k / 2 + 1) - logGamma((k + 1) / 2)) / Math.sqrt(Math.PI)
  return cosineScales[k]! * Math.cos(angle) ** k
}
