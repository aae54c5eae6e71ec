import { expect, test } from 'vitest'
import { structureOf } from '../../src/statistics/geary.js'
import { mulberry32 } from '../../src/training/seed.js'

const settings = { permutations: 59, mostValues: 2 ** 18 }

/** Noise on a grid, with a little of a slope. */
function patternsOn([rows, columns]: readonly [number, number], filters: number, channels: number, seed = 1) {
  const random = mulberry32(seed)
  return Array.from({ length: filters }, () =>
    Float64Array.from(
      { length: rows * columns * channels },
      (_, i) => random() + (0.02 * Math.floor(i / channels)) / columns,
    ),
  )
}

/** Geary's C and the share of shuffles with one as low, pattern by pattern and pair by pair. */
function pairByPair(
  [rows, columns]: readonly [number, number],
  patterns: Float64Array[],
  random: () => number,
  together: boolean,
) {
  const pixels = rows * columns
  const channels = patterns[0]!.length / pixels
  const order = Array.from({ length: pixels }, (_, i) => i)
  const shuffle = () => {
    for (let i = pixels - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
  }
  const contrast = (pattern: Float64Array) => {
    let sum = 0
    for (let pixel = 0; pixel < pixels; pixel++)
      for (const next of [
        ...((pixel + 1) % columns === 0 ? [] : [pixel + 1]),
        ...(pixel + columns >= pixels ? [] : [pixel + columns]),
      ])
        for (let c = 0; c < channels; c++)
          sum += (pattern[order[pixel]! * channels + c]! - pattern[order[next]! * channels + c]!) ** 2
    return sum
  }
  const original = patterns.reduce((sum, pattern) => sum + contrast(pattern), 0)
  let low = 1
  for (let i = 0; i < settings.permutations; i++) {
    if (together) shuffle()
    const sum = patterns.reduce((before, pattern) => {
      if (!together) shuffle()
      return before + contrast(pattern)
    }, 0)
    if (sum <= original * (1 + 1e-9)) low++
  }
  return low / (settings.permutations + 1)
}

test.each([
  { grid: [3, 3], filters: 1, channels: 1 },
  { grid: [5, 5], filters: 7, channels: 3 },
  { grid: [28, 28], filters: 5, channels: 1 },
  // More pixels than have their distances looked up.
  { grid: [30, 40], filters: 2, channels: 1 },
] as const)(
  '$filters filters of $grid and $channels channels have their place among shuffles',
  ({ grid, filters, channels }) => {
    const patterns = patternsOn(grid, filters, channels)
    for (const together of [true, false]) {
      const found = structureOf({ grid, patterns }, { ...settings, together, random: mulberry32(5) })
      expect(found!.low).toBe(pairByPair(grid, patterns, mulberry32(5), together))
    }
  },
)

test('orders that only mirror the original count as equal to it', () => {
  const patterns = patternsOn([2, 2], 3, 1)
  const found = structureOf(
    { grid: [2, 2], patterns },
    { ...settings, together: true, random: mulberry32(5) },
  )
  expect(found!.low + found!.high).toBeGreaterThan(1.2)
})

test('constant filters have no structure', () => {
  const patterns = [new Float64Array(9).fill(0.1)]
  expect(
    structureOf({ grid: [3, 3], patterns }, { ...settings, together: true, random: Math.random }),
  ).toBeUndefined()
})
