import { describe, expect, test } from 'vitest'
import { fittingScale, makeGrid } from '../../src/images/grid.js'
import type { Picture, Tiles } from '../../src/images/picture.js'

const tiles = (
  count: number,
  height: number,
  width: number,
  values: number[],
  channels: 1 | 3 = 1,
): Tiles => ({
  count,
  height,
  width,
  channels,
  data: Float32Array.from(values),
})

/** The red channel, row by row. */
function rowsOf({ width, height, data }: Picture): number[][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[3 * (y * width + x)]!),
  )
}

describe('makeGrid has the semantics of torchvision.utils.make_grid', () => {
  test('min(nrow, count) columns; padding between the tiles and around them', () => {
    const grid = makeGrid(tiles(3, 1, 1, [1, 0.5, 1]), { nrow: 2, padding: 1, scale: 1 })
    // (height + padding) · rows + padding = 5, and the place after the last tile stays padding.
    expect(rowsOf(grid)).toEqual([
      [0, 0, 0, 0, 0],
      [0, 255, 0, 128, 0],
      [0, 0, 0, 0, 0],
      [0, 255, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ])
  })

  test('nrow defaults to 8, padding to 2', () => {
    const grid = makeGrid(tiles(9, 1, 1, Array(9).fill(1)), { scale: 1 })
    expect([grid.width, grid.height]).toEqual([8 * 3 + 2, 2 * 3 + 2])
  })

  test('a single tile gets no padding', () => {
    expect(rowsOf(makeGrid(tiles(1, 1, 2, [0, 1]), { padding: 5, scale: 1 }))).toEqual([[0, 255]])
  })

  test('padValue is the brightness of the padding', () => {
    const grid = makeGrid(tiles(2, 1, 1, [0, 0]), { padding: 1, padValue: 0.5, scale: 1 })
    expect(rowsOf(grid)[1]).toEqual([128, 0, 128, 0, 128])
  })

  test('without normalize values are clamped to [0, 1]', () => {
    expect(rowsOf(makeGrid(tiles(1, 1, 3, [-1, 0.25, 2]), { scale: 1 }))).toEqual([[0, 64, 255]])
  })

  test('normalize stretches smallest to largest over all tiles', () => {
    const grid = makeGrid(tiles(2, 1, 2, [-1, 0, 1, 3]), { normalize: true, padding: 0, scale: 1 })
    expect(rowsOf(grid)).toEqual([[0, 64, 128, 255]])
  })

  test('scaleEach stretches every tile by itself', () => {
    const grid = makeGrid(tiles(2, 1, 2, [-1, 0, 1, 3]), {
      normalize: true,
      scaleEach: true,
      padding: 0,
      scale: 1,
    })
    expect(rowsOf(grid)).toEqual([[0, 255, 0, 255]])
  })

  test('valueRange clamps before it stretches', () => {
    const grid = makeGrid(tiles(1, 1, 3, [-9, 0, 9]), { normalize: true, valueRange: [-1, 1], scale: 1 })
    expect(rowsOf(grid)).toEqual([[0, 128, 255]])
  })

  test('a constant picture divides by 1e-5, not by zero', () => {
    expect(rowsOf(makeGrid(tiles(1, 1, 2, [7, 7]), { normalize: true, scale: 1 }))).toEqual([[0, 0]])
  })

  test('three channels are red, green and blue', () => {
    expect([...makeGrid(tiles(1, 1, 1, [1, 0.5, 0], 3), { scale: 1 }).data]).toEqual([255, 128, 0])
  })
})

describe('beyond torchvision', () => {
  test('scale repeats every cell and leaves the padding', () => {
    const grid = makeGrid(tiles(2, 1, 1, [1, 0.5]), { padding: 1, scale: 2 })
    expect(rowsOf(grid)).toEqual([
      [0, 0, 0, 0, 0, 0, 0],
      [0, 255, 255, 0, 128, 128, 0],
      [0, 255, 255, 0, 128, 128, 0],
      [0, 0, 0, 0, 0, 0, 0],
    ])
  })

  test('by default a picture is 250 to 700 pixels wide, unless its cells alone are more', () => {
    for (let cells = 1; cells <= 700; cells++) {
      expect(cells * fittingScale(cells)).toBeGreaterThanOrEqual(250)
      expect(cells * fittingScale(cells)).toBeLessThanOrEqual(700)
    }
    expect(fittingScale(2000)).toBe(1)
  })

  test('diverging colours: zero is white, red positive, blue negative, on a symmetric range', () => {
    const { data } = makeGrid(tiles(1, 1, 3, [-1, 0, 2]), { normalize: true, colors: 'diverging', scale: 1 })
    const [negative, zero, positive] = [data.slice(0, 3), data.slice(3, 6), data.slice(6, 9)]
    expect([...zero]).toEqual([255, 255, 255])
    expect([...positive]).toEqual([0x67, 0x00, 0x1f])
    expect(negative[2]).toBeGreaterThan(negative[0]!)
  })

  test('diverging colours keep zero white for weights of 1e-7 and for all zeros', () => {
    const options = { normalize: true, colors: 'diverging', scale: 1 } as const
    expect([...makeGrid(tiles(1, 1, 2, [0, 1e-7]), options).data.slice(0, 3)]).toEqual([255, 255, 255])
    expect([...makeGrid(tiles(1, 1, 2, [0, 0]), options).data.slice(0, 3)]).toEqual([255, 255, 255])
  })

  test('values that are not finite are magenta and do not move the range', () => {
    const { data } = makeGrid(tiles(1, 1, 4, [Number.NaN, Number.POSITIVE_INFINITY, 0, 1]), {
      normalize: true,
      scale: 1,
    })
    expect([...data]).toEqual([255, 0, 255, 255, 0, 255, 0, 0, 0, 255, 255, 255])
  })

  test.each([
    ['tiles', tiles(0, 1, 1, []), {}],
    ['tiles', tiles(2, 1, 1, [1]), {}],
    ['nrow', tiles(1, 1, 1, [1]), { nrow: 0 }],
    ['padding', tiles(2, 1, 1, [1, 1]), { padding: -1 }],
    ['scale', tiles(1, 1, 1, [1]), { scale: 0.5 }],
  ])('refuses %s that cannot be drawn', (argument, input, options) => {
    expect(() => makeGrid(input, options)).toThrow(new RegExp(`^${argument}: got`))
  })
})
