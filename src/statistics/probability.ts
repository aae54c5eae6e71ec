/** Natural logarithm of the gamma function (Lanczos, 15 digits). */
export function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  let sum = coefficients[0]!
  for (let i = 1; i < 9; i++) sum += coefficients[i]! / (x - 1 + i)
  const t = x + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

/** P(X ≥ successes) for X binomial: exact, as a sum from its largest term. */
export function binomialAtLeast(successes: number, trials: number, chance: number): number {
  if (successes <= 0) return 1
  if (successes > trials || chance <= 0) return 0
  if (chance >= 1) return 1
  const logTerm = (k: number) =>
    logGamma(trials + 1) -
    logGamma(k + 1) -
    logGamma(trials - k + 1) +
    k * Math.log(chance) +
    (trials - k) * Math.log1p(-chance)
  let sum = 0
  for (let k = successes; k <= trials; k++) {
    const term = Math.exp(logTerm(k))
    sum += term
    if (k > trials * chance && term < 1e-17 * sum) break
    if (k > trials * chance && term === 0) break
  }
  return Math.min(1, sum)
}

/** P(X ≤ successes) for X binomial. */
export function binomialAtMost(successes: number, trials: number, chance: number): number {
  return binomialAtLeast(trials - successes, trials, 1 - chance)
}

/** The quantile of the standard normal distribution (Acklam's approximation, relative error 1.2e-9). */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p <= 0 ? -Infinity : Infinity
  const tail = (q: number) =>
    (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) *
      q +
      4.374664141464968) *
      q +
      2.938163982698783) /
    ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) *
      q +
      1)
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)))
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)))
  const q = p - 0.5
  const r = q * q
  return (
    ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r +
      1.38357751867269e2) *
      r -
      3.066479806614716e1) *
      r +
      2.506628277459239) *
      q) /
    (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598868e2) * r +
      6.680131188771972e1) *
      r -
      1.328068155288572e1) *
      r +
      1)
  )
}
