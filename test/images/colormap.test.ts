import { expect, test } from 'vitest'
import { diverging, grey, nonFiniteColor, toByte } from '../../src/images/colormap.js'

test('the ends and the middle of the diverging map', () => {
  expect(diverging(0)).toEqual([0x05, 0x30, 0x61])
  expect(diverging(0.5)).toEqual([255, 255, 255])
  expect(diverging(1)).toEqual([0x67, 0x00, 0x1f])
})

test('values outside [0, 1] take the nearest end', () => {
  expect(diverging(-3)).toEqual(diverging(0))
  expect(diverging(3)).toEqual(diverging(1))
})

test('a value and its opposite are equally far from white', () => {
  const lightness = (share: number) => {
    const [r, g, b] = diverging(share).map((level) => {
      const linear = level / 255
      return linear <= 0.04045 ? linear / 12.92 : ((linear + 0.055) / 1.055) ** 2.4
    })
    return 116 * Math.cbrt(0.2126 * r! + 0.7152 * g! + 0.0722 * b!) - 16
  }
  for (let distance = 0; distance <= 0.5; distance += 0.05) {
    expect(Math.abs(lightness(0.5 - distance) - lightness(0.5 + distance))).toBeLessThan(6)
  }
})

test('it darkens steadily from white to both ends', () => {
  const sum = (share: number) => diverging(share).reduce((a, b) => a + b, 0)
  for (let distance = 0.01; distance <= 0.5; distance += 0.01) {
    expect(sum(0.5 + distance)).toBeLessThanOrEqual(sum(0.5 + distance - 0.01))
    expect(sum(0.5 - distance)).toBeLessThanOrEqual(sum(0.5 - distance + 0.01))
  }
})

test('grey rounds half up', () => {
  expect(toByte(0.5)).toBe(128)
  expect(grey(1)).toEqual([255, 255, 255])
  expect(grey(Number.NaN)).toEqual(nonFiniteColor)
})
