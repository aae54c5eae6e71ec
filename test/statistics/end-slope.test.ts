import { expect, test } from 'vitest'
import { endSlope } from '../../src/statistics/end-slope.js'
import { mulberry32 } from '../../src/training/seed.js'

test('an exact exponential: its rate, its level, no error', () => {
  const slope = endSlope(Array.from({ length: 120 }, (_, i) => 2 * Math.exp(-0.01 * i)))
  expect(slope.slope).toBeCloseTo(-0.01, 6)
  expect(slope.logarithmic).toBe(true)
  expect(slope.level).toBeCloseTo(2 * Math.exp(-1.145), 2)
  expect(slope.p).toBeLessThan(1e-10)
})

test('a straight line through negative values', () => {
  const slope = endSlope(Array.from({ length: 24 }, (_, i) => 5 - i))
  expect(slope).toMatchObject({ logarithmic: false, count: 24 })
  expect(slope.slope).toBeCloseTo(-1)
})

test('a constant does not fall', () => {
  expect(endSlope(Array(60).fill(3)).p).toBeGreaterThan(0.4)
})

/** bench/end-slope.mjs counts over more of them. */
test('noise that is level is called falling about as often as the level says', () => {
  const random = mulberry32(5)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let falling = 0
  for (let run = 0; run < 1000; run++) {
    let value = 0
    const series = Array.from({ length: 200 }, () => {
      value = 0.5 * value + normal()
      return 10 + value
    })
    if (endSlope(series).p < 0.05) falling++
  }
  expect(falling).toBeGreaterThan(15)
  expect(falling).toBeLessThan(70)
})
