import type { Points } from './neighbours.js'
import { squaredDistances, tile } from './squared-distances.js'

/**
 * The `k` nearest of `among` for every one of `of`, nearest first; a point is no neighbour of its own. Of points
 * equally far the one that comes first in `among` is nearer. Points lie at finite places.
 */
export function nearest(of: Points, among: Points, k: number): Int32Array {
  const closest = new Closest(of.count, k)
  const within = of === among
  const { limits } = closest
  const sums = new Float64Array(tile.of * tile.among)
  const most = new Float64Array(sums.length)
  for (let i = 0; i < of.count; i += tile.of) {
    // Within one set a distance counts for both of its points, and only later ones are looked at. Whatever the point,
    // the others are offered to it in the order in which they come.
    for (let j = within ? i + 1 : 0; j < among.count; j += tile.among) {
      for (let at = 0, p = i; p < i + tile.of; p++) {
        for (let q = j; q < j + tile.among; q++, at++) {
          if (p >= of.count || q >= among.count || (within && q <= p)) most[at] = -Infinity
          else most[at] = within ? Math.max(limits[p]!, limits[q]!) : limits[p]!
        }
      }
      if (!squaredDistances(of, i, among, j, { sums, limits: most })) continue
      for (let at = 0, p = i; p < i + tile.of; p++) {
        for (let q = j; q < j + tile.among; q++, at++) {
          if (!(sums[at]! < most[at]!)) continue
          closest.offer(p, q, sums[at]!)
          if (within) closest.offer(q, p, sums[at]!)
        }
      }
    }
  }
  return closest.found
}

/** For each of some points the `k` nearest of those offered so far. */
class Closest {
  readonly found: Int32Array
  /** The distance below which a point is among the nearest. */
  readonly limits: Float64Array
  readonly #distances: Float64Array

  constructor(
    count: number,
    readonly k: number,
  ) {
    this.found = new Int32Array(count * k).fill(-1)
    this.limits = new Float64Array(count).fill(Infinity)
    this.#distances = new Float64Array(count * k).fill(Infinity)
  }

  offer(point: number, other: number, distance: number): void {
    if (distance >= this.limits[point]!) return
    const { found, k } = this
    const distances = this.#distances
    const first = point * k
    let place = first + k - 1
    while (place > first && distances[place - 1]! > distance) {
      distances[place] = distances[place - 1]!
      found[place] = found[place - 1]!
      place--
    }
    distances[place] = distance
    found[place] = other
    this.limits[point] = distances[first + k - 1]!
  }
}
