/**
 * The permutation of columns with the greatest sum of `gains[row][column]`: Hungarian algorithm with potentials,
 * cubic. Returns the column of each row.
 */
export function bestAssignment(gains: readonly (readonly number[])[]): number[] {
  const n = gains.length
  const rowPotential = new Float64Array(n + 1)
  const columnPotential = new Float64Array(n + 1)
  const rowOf = new Int32Array(n + 1)
  for (let row = 1; row <= n; row++) {
    rowOf[0] = row
    let column = 0
    const least = new Float64Array(n + 1).fill(Infinity)
    const previous = new Int32Array(n + 1)
    const used = new Uint8Array(n + 1)
    do {
      used[column] = 1
      const current = rowOf[column]!
      let delta = Infinity
      let next = 0
      for (let j = 1; j <= n; j++) {
        if (used[j]) continue
        const cost = -gains[current - 1]![j - 1]! - rowPotential[current]! - columnPotential[j]!
        if (cost < least[j]!) {
          least[j] = cost
          previous[j] = column
        }
        if (least[j]! < delta) {
          delta = least[j]!
          next = j
        }
      }
      for (let j = 0; j <= n; j++) {
        if (used[j]) {
          rowPotential[rowOf[j]!]! += delta
          columnPotential[j]! -= delta
        } else least[j]! -= delta
      }
      column = next
    } while (rowOf[column] !== 0)
    do {
      const before = previous[column]!
      rowOf[column] = rowOf[before]!
      column = before
    } while (column)
  }
  const columns = new Array<number>(n)
  for (let j = 1; j <= n; j++) columns[rowOf[j]! - 1] = j - 1
  return columns
}
