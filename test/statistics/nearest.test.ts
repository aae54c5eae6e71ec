import { expect, test } from 'vitest'
import { nearest } from '../../src/statistics/nearest.js'
import type { Points } from '../../src/statistics/neighbours.js'
import { mulberry32 } from '../../src/training/seed.js'

/** Random points, on a grid where many are equally far. */
function points(count: number, width: number, { seed = 1, grid = 0 } = {}): Points {
  const random = mulberry32(seed)
  const value = () => (grid ? Math.floor(grid * random()) : random() - 0.5)
  return { values: Float64Array.from({ length: count * width }, value), count, width }
}

/** One distance after the other, sorted: of equal ones the first stays first. */
function sorted(of: Points, among: Points, k: number): number[] {
  return Array.from({ length: of.count }, (_, i) => {
    const distances = Array.from({ length: among.count }, (_, j) => {
      let sum = 0
      for (let d = 0; d < of.width; d++) {
        const difference = of.values[i * of.width + d]! - among.values[j * of.width + d]!
        sum += difference * difference
      }
      return { j, sum }
    })
    return distances
      .filter(({ j }) => of !== among || j !== i)
      .sort((a, b) => a.sum - b.sum)
      .slice(0, k)
      .map(({ j }) => j)
  }).flat()
}

const sizes = [2, 3, 5, 30, 101]

test.each([1, 3, 17, 64])('neighbours among points of %i columns', (width) => {
  for (const count of sizes) {
    const all = points(count, width)
    for (const k of [1, 5, 15].filter((most) => most < count))
      expect([...nearest(all, all, k)]).toEqual(sorted(all, all, k))
  }
})

test.each([1, 3, 17, 64])('neighbours in another set, of %i columns', (width) => {
  for (const count of sizes) {
    const [of, among] = [points(7, width), points(count, width, { seed: 2 })]
    for (const k of [1, 5, 15].filter((most) => most <= count))
      expect([...nearest(of, among, k)]).toEqual(sorted(of, among, k))
  }
})

test('of points equally far the first is nearer', () => {
  const [all, others] = [points(60, 3, { grid: 3 }), points(41, 3, { seed: 2, grid: 3 })]
  expect([...nearest(all, all, 5)]).toEqual(sorted(all, all, 5))
  expect([...nearest(others, all, 5)]).toEqual(sorted(others, all, 5))
})

test('without enough others the rest is missing', () => {
  const all = points(3, 2)
  expect([...nearest(all, all, 4)].filter((j) => j < 0)).toHaveLength(6)
})
