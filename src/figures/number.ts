/** A number for people: four significant digits, with an exponent only below 0.0001 and from ten million. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2).replace(/\.?0+e/, 'e')
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(size >= 1000 ? 6 : 4)))
}

/** A share as a percentage with one digit where it matters. */
export function formatPercent(share: number): string {
  const percent = share * 100
  return `${Math.abs(percent) >= 10 || Number.isInteger(percent) ? percent.toFixed(0) : percent.toFixed(1)} %`
}
