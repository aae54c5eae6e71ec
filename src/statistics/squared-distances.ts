import type { Points } from './neighbours.js'

/** Distances at a time: of two points to four others, as many running sums as a processor has registers for. */
export const tile = { of: 2, among: 4 }

/** Columns after which distances are compared with what they may be. */
const step = 16

/**
 * Squared distances of the points `i` and `i + 1` of one set to the points `j` … `j + 3` of another, first those of
 * `i`, into `sums`. Each is a sum over the columns in their order, the same number in both directions. Points beyond
 * the last stand for the last. False, and no sums, once it is clear that each will reach its number in `limits`.
 */
export function squaredDistances(
  of: Points,
  i: number,
  among: Points,
  j: number,
  { sums, limits }: { sums: Float64Array; limits: Float64Array },
): boolean {
  const { width, values: a } = of
  const b = among.values
  const [lastOf, lastAmong] = [of.count - 1, among.count - 1]
  const p0 = i * width
  const p1 = Math.min(i + 1, lastOf) * width
  const q0 = j * width
  const q1 = Math.min(j + 1, lastAmong) * width
  const q2 = Math.min(j + 2, lastAmong) * width
  const q3 = Math.min(j + 3, lastAmong) * width
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  let [t0, t1, t2, t3] = [0, 0, 0, 0]
  for (let d = 0; d < width; ) {
    const end = Math.min(d + step, width)
    for (; d < end; d++) {
      const x = a[p0 + d]!
      const y = a[p1 + d]!
      const b0 = b[q0 + d]!
      const b1 = b[q1 + d]!
      const b2 = b[q2 + d]!
      const b3 = b[q3 + d]!
      s0 += (x - b0) * (x - b0)
      s1 += (x - b1) * (x - b1)
      s2 += (x - b2) * (x - b2)
      s3 += (x - b3) * (x - b3)
      t0 += (y - b0) * (y - b0)
      t1 += (y - b1) * (y - b1)
      t2 += (y - b2) * (y - b2)
      t3 += (y - b3) * (y - b3)
    }
    if (
      s0 >= limits[0]! &&
      s1 >= limits[1]! &&
      s2 >= limits[2]! &&
      s3 >= limits[3]! &&
      t0 >= limits[4]! &&
      t1 >= limits[5]! &&
      t2 >= limits[6]! &&
      t3 >= limits[7]!
    )
      return false
  }
  sums[0] = s0
  sums[1] = s1
  sums[2] = s2
  sums[3] = s3
  sums[4] = t0
  sums[5] = t1
  sums[6] = t2
  sums[7] = t3
  return true
}

/** Squared distances between all points, as a square matrix row by row. */
export function squaredDistancesWithin(points: Points): Float64Array {
  const { count } = points
  const distances = new Float64Array(count * count)
  const sums = new Float64Array(tile.of * tile.among)
  const limits = new Float64Array(sums.length).fill(Infinity)
  for (let i = 0; i < count; i += tile.of) {
    for (let j = i; j < count; j += tile.among) {
      squaredDistances(points, i, points, j, { sums, limits })
      for (let at = 0, p = i; p < i + tile.of; p++)
        for (let q = j; q < j + tile.among; q++, at++)
          if (p < count && q < count) distances[p * count + q] = distances[q * count + p] = sums[at]!
    }
  }
  return distances
}
