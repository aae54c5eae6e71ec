/**
 * P(Z ≤ z) of the standard normal distribution, to 14 digits in both tails: the series of Abramowitz and Stegun
 * 26.2.11 near the middle, the continued fraction 26.2.14 beyond.
 */
export function normalCdf(z: number): number {
  if (z > 0) return 1 - normalCdf(-z)
  const x = -z
  if (x > 40) return 0
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  if (x < 3) {
    let term = x
    let sum = x
    for (let k = 3; term > 1e-17 * sum; k += 2) {
      term *= (x * x) / k
      sum += term
    }
    return 0.5 - density * sum
  }
  let fraction = 0
  for (let k = 80; k > 0; k--) fraction = k / (x + fraction)
  return density / (x + fraction)
}
