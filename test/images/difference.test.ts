import { expect, test } from 'vitest'
import { differenceMask, drawDifference, sideBySide } from '../../src/images/difference.js'
import type { Picture } from '../../src/images/picture.js'
import { drawWeights, weightDrawing } from '../../src/images/weight-picture.js'

const kernel = (values: number[]) => ({ shape: [1, values.length, 1, 1], values: Float32Array.from(values) })
const pixel = ({ data }: Picture, x: number) => [...data.slice(3 * x, 3 * x + 3)]
const options = { scale: 1 }
const white = [255, 255, 255]
const darkRed = [0x67, 0x00, 0x1f]

test('before and after are drawn on the scale of the baseline, the change on its own', () => {
  const before = kernel([1, 0, -1])
  const { picture } = drawWeights(before, options)
  const drawn = drawDifference(
    { picture, values: before.values, range: [-1, 1] },
    Float32Array.of(0.5, 0, -1),
    weightDrawing(before, options),
  )
  expect(pixel(drawn.before, 0)).toEqual(darkRed)
  expect(pixel(drawn.after, 0)).toEqual(pixel(drawWeights(kernel([0.5, 1]), options).picture, 0))
  // Δ = −0.5, 0, 0: the only change fills its scale.
  expect(pixel(drawn.change!, 0)).toEqual([0x05, 0x30, 0x61])
  expect(pixel(drawn.change!, 1)).toEqual(white)
})

test('where the exact baseline is unknown a mask marks what looks different', () => {
  const { picture } = drawWeights(kernel([1, 0, -1]), options)
  const { change } = drawDifference(
    { picture, range: [-1, 1] },
    Float32Array.of(0.5, 0, -1),
    weightDrawing(kernel([0, 0, 0]), options),
  )
  expect(pixel(change!, 0)).toEqual([255, 0, 0])
  expect(pixel(change!, 1)).not.toEqual([255, 0, 0])
})

test('the mask sees the smallest change of colour', () => {
  const one: Picture = { width: 2, height: 1, data: Uint8Array.from([9, 9, 9, 9, 9, 9]) }
  const other: Picture = { width: 2, height: 1, data: Uint8Array.from([9, 9, 9, 9, 9, 10]) }
  expect(pixel(differenceMask(one, other)!, 1)).toEqual([255, 0, 0])
})

test('another shape: before and after only', () => {
  const { picture } = drawWeights(kernel([1, 0, -1]), options)
  const drawn = drawDifference(
    { picture, range: [-1, 1] },
    Float32Array.of(1, 0, 1, 0),
    weightDrawing(kernel([1, 0, 1, 0]), options),
  )
  expect(drawn.change).toBeUndefined()
})

test('side by side: 24 white pixels between, white below the shorter', () => {
  const low: Picture = { width: 1, height: 1, data: Uint8Array.from([1, 1, 1]) }
  const high: Picture = { width: 1, height: 2, data: Uint8Array.from([2, 2, 2, 2, 2, 2]) }
  const row = sideBySide([low, high])
  expect([row.width, row.height]).toEqual([26, 2])
  expect([pixel(row, 0), pixel(row, 1), pixel(row, 25), pixel(row, 26)]).toEqual([
    [1, 1, 1],
    white,
    [2, 2, 2],
    white,
  ])
  expect(() => sideBySide([])).toThrow('at least one')
})

test('RGB filters: zero is mid-grey', () => {
  const { picture } = drawWeights(
    { shape: [1, 2, 3, 1], values: Float32Array.from([0, 0, 0, 1, -1, 0]) },
    options,
  )
  expect(pixel(picture, 0)).toEqual([128, 128, 128])
  expect(pixel(picture, 1)).toEqual([255, 0, 128])
})
