import { InvalidArgumentError } from '../errors.js'
import { logGamma } from './probability.js'
import { requireRate } from './valid-sample.js'

/**
 * P(T ≤ t) of Student's distribution with `df` degrees of freedom, to 1e-12: the regularised incomplete beta function
 * (Abramowitz and Stegun 26.7.1, 26.5.8). Throws unless `df` is positive and finite; `t` may be infinite.
 */
export function studentCdf(t: number, df: number): number {
  return studentUpperTail(-t, df)
}

/** P(T ≥ t), without the loss of digits of 1 - P(T ≤ t). */
export function studentUpperTail(t: number, df: number): number {
  requireDegrees(df)
  if (Number.isNaN(t)) throw new InvalidArgumentError('t', 'NaN', 'a number')
  if (t < 0) return 1 - studentUpperTail(-t, df)
  if (t === Infinity) return 0
  const squared = t * t
  // Beyond 1e154; of one degree of freedom and more, less than 1e-154 is left there.
  if (squared === Infinity) return 0
  const near = squared / (df + squared)
  if (near < 1.5 / (df / 2 + 2.5)) return 0.5 - 0.5 * incompleteBeta(near, 0.5, df / 2)
  return 0.5 * incompleteBeta(df / (df + squared), df / 2, 0.5)
}

/** The t with P(T ≤ t) = `p`; throws unless 0 < p < 1. */
export function studentQuantile(p: number, df: number): number {
  requireRate('p', p)
  return p < 0.5 ? -studentUpperQuantile(p, df) : studentUpperQuantile(1 - p, df)
}

/** The t with P(T ≥ t) = `q`, to 1e-12 for tails as small as 1e-100 (of one degree of freedom and more): the critical value of a one-sided test. */
export function studentUpperQuantile(q: number, df: number): number {
  requireDegrees(df)
  requireRate('q', q)
  if (q > 0.5) return -studentUpperQuantile(1 - q, df)
  if (q === 0.5) return 0
  // In the logarithm of t, so that the far tails of few degrees of freedom are as quick as the middle.
  let low = -50
  let high = 0
  while (studentUpperTail(Math.exp(high), df) > q) high = 2 * high + 1
  if (high > 0) low = (high - 1) / 2
  for (let i = 0; i < 200 && high - low > 1e-15 * Math.max(1, Math.abs(high)); i++) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (studentUpperTail(Math.exp(middle), df) > q) low = middle
    else high = middle
  }
  return Math.exp((low + high) / 2)
}

function requireDegrees(df: number): void {
  if (!(df > 0 && df < Infinity)) {
    throw new InvalidArgumentError('df', String(df), 'a positive finite number of degrees of freedom')
  }
}

/** I_x(a, b) where a or b is 1/2, by Lentz's evaluation of the continued fraction; for x < (a + 1) / (a + b + 2). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  const large = a === 0.5 ? b : a
  const logBeta = 0.5 * Math.log(Math.PI) - logGammaStep(large)
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta) / a
  const tiny = 1e-300
  let c = 1
  let d = 1 - ((a + b) * x) / (a + 1)
  d = 1 / (Math.abs(d) < tiny ? tiny : d)
  let fraction = d
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    let change = 1
    for (const coefficient of [even, odd]) {
      d = 1 + coefficient * d
      d = 1 / (Math.abs(d) < tiny ? tiny : d)
      c = 1 + coefficient / c
      if (Math.abs(c) < tiny) c = tiny
      change = c * d
      fraction *= change
    }
    if (Math.abs(change - 1) < 1e-15) break
  }
  return front * fraction
}

/** log Γ(a + 1/2) - log Γ(a); for large a by its asymptotic series, since the difference loses digits. */
function logGammaStep(a: number): number {
  if (a < 30) return logGamma(a + 0.5) - logGamma(a)
  const r = 1 / a
  return 0.5 * Math.log(a) - r / 8 + r ** 3 / 192 - r ** 5 / 640 + (17 * r ** 7) / 14336
}
