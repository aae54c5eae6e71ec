/** So many steps back a lag is looked for among rows in order. */
const mostBack = 3

/**
 * Whether a column holds the target of other rows, as a table of a series has it: yesterday's value beside today's.
 * Rows in order show it by a straight line to the target so many rows before, in whatever units; shuffled ones by
 * values that are targets of other rows.
 */
export function isLagOf(values: Float64Array, target: Float64Array): boolean {
  const own = unexplained(values, target)
  for (let back = 1; back <= mostBack; back++)
    if (unexplained(values.subarray(back), target.subarray(0, -back)) < own / 10) return true
  const targets = new Set(target)
  let elsewhere = 0
  for (let i = 0; i < values.length; i++) if (values[i] !== target[i] && targets.has(values[i]!)) elsewhere++
  return elsewhere > values.length / 2
}

/** Share of the variance that a straight line leaves. */
function unexplained(x: Float64Array, y: Float64Array): number {
  const [meanX, meanY] = [x, y].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]! - meanX!, y[i]! - meanY!]
    xy += a * b
    xx += a * a
    yy += b * b
  }
  return xx > 0 && yy > 0 ? 1 - xy ** 2 / (xx * yy) : 1
}
