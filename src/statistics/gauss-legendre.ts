const nodeCount = 64
const { nodes, weights } = legendreNodes(nodeCount)

/** The integral of a smooth function from `low` to `high`, by 64 Gauss–Legendre nodes. */
export function integrate(low: number, high: number, integrand: (x: number) => number): number {
  const middle = (low + high) / 2
  const half = (high - low) / 2
  if (!(half > 0)) return 0
  let sum = 0
  for (let i = 0; i < nodeCount; i++) sum += weights[i]! * integrand(middle + half * nodes[i]!)
  return half * sum
}

/** The roots of the Legendre polynomial by Newton's method, from Tricomi's starting values. */
function legendreNodes(n: number): { nodes: Float64Array; weights: Float64Array } {
  const nodes = new Float64Array(n)
  const weights = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    let slope = 0
    for (let iteration = 0; iteration < 100; iteration++) {
      let before = 1
      let value = x
      for (let k = 2; k <= n; k++) {
        const next = ((2 * k - 1) * x * value - (k - 1) * before) / k
        before = value
        value = next
      }
      slope = (n * (x * value - before)) / (x * x - 1)
      const step = value / slope
      x -= step
      if (Math.abs(step) < 1e-15) break
    }
    nodes[i] = x
    weights[i] = 2 / ((1 - x * x) * slope * slope)
  }
  return { nodes, weights }
}
