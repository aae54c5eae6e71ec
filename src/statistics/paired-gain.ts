/** How much lower `better` is than `worse`, example by example: mean and its standard error. */
export function pairedGain(worse: Float64Array, better: Float64Array): { gain: number; error: number } {
  const n = worse.length
  const gain = worse.reduce((sum, value, i) => sum + (value - better[i]!) / n, 0)
  const squares = worse.reduce((sum, value, i) => sum + (value - better[i]! - gain) ** 2, 0)
  return { gain, error: n > 1 ? Math.sqrt(squares / (n - 1) / n) : Infinity }
}
