import { describe, expect, test } from 'vitest'
import { filterAxes, positionOf } from '../../src/images/filter-axes.js'
import { filterTiles } from '../../src/images/filters.js'

/** Each value is its flat index: what lands where can be read off. */
const counting = (shape: number[]) => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
})

describe('convolutions [kh, kw, cin, cout]', () => {
  test('one input channel: a tile per filter', () => {
    const { tiles, legend } = filterTiles({ ...counting([2, 2, 1, 3]), className: 'Conv2D' })
    expect(tiles).toMatchObject({ count: 3, height: 2, width: 2, channels: 1 })
    expect([...tiles.data]).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
    expect(legend).toBe('one tile per filter')
  })

  test('three input channels: RGB tiles', () => {
    const { tiles, legend } = filterTiles(counting([1, 2, 3, 2]))
    expect(tiles).toMatchObject({ count: 2, height: 1, width: 2, channels: 3 })
    expect([...tiles.data]).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
    expect(legend).toContain('RGB')
  })

  test('up to eight: a row per input channel, a column per filter', () => {
    const { tiles, nrow, legend } = filterTiles(counting([1, 1, 2, 3]))
    expect([...tiles.data]).toEqual([0, 1, 2, 3, 4, 5])
    expect(nrow).toBe(3)
    expect(legend).toContain('a row per input channel')
  })

  test('more: averaged over the input channels, and says so', () => {
    const { tiles, legend } = filterTiles(counting([1, 1, 9, 2]))
    expect([...tiles.data]).toEqual([8, 9])
    expect(legend).toBe('one tile per filter, averaged over its 9 input channels')
  })

  test('at most maxTiles filters, and says so', () => {
    const { tiles, legend } = filterTiles(counting([1, 1, 1, 100]))
    expect(tiles.count).toBe(64)
    expect(legend).toContain('the first 64 of 100')
    expect(filterTiles(counting([1, 1, 1, 100]), { maxTiles: 5 }).tiles.count).toBe(5)
  })

  test('transposed kernels [kh, kw, cout, cin] and depthwise kernels [kh, kw, cin, multiplier]', () => {
    const transposed = filterTiles({ ...counting([1, 1, 2, 1]), className: 'Conv2DTranspose' })
    expect([...transposed.tiles.data]).toEqual([0, 1])
    const depthwise = filterTiles({ ...counting([1, 2, 3, 1]), className: 'DepthwiseConv2D' })
    expect(depthwise.tiles).toMatchObject({ count: 3, channels: 1 })
    expect([...depthwise.tiles.data]).toEqual([0, 3, 1, 4, 2, 5])
  })
})

describe('dense [in, out]', () => {
  test('on an image: units in the shape of the image', () => {
    const { tiles, legend } = filterTiles({ ...counting([6, 2]), className: 'Dense', inputShape: [2, 3, 1] })
    expect(tiles).toMatchObject({ count: 2, height: 2, width: 3, channels: 1 })
    expect([...tiles.data.subarray(0, 6)]).toEqual([0, 2, 4, 6, 8, 10])
    expect(legend).toContain('2 × 3 input')
  })

  test('on a colour image: RGB', () => {
    expect(filterTiles({ ...counting([12, 2]), inputShape: [2, 2, 3] }).tiles.channels).toBe(3)
  })

  test('on 784 flat features: 28 × 28', () => {
    expect(filterTiles({ ...counting([784, 2]), inputShape: [784] }).tiles).toMatchObject({
      height: 28,
      width: 28,
    })
  })

  test.each([
    ['few features', [4, 2], [4]],
    ['no square', [80, 10], [80]],
    ['feature maps', [784, 10], [7, 7, 16]],
  ])('%s: a heat map', (_, shape, inputShape) => {
    expect(filterTiles({ ...counting(shape), className: 'Dense', inputShape }).legend).toContain('heat map')
  })
})

describe('heat maps', () => {
  test('are wider than tall', () => {
    const { tiles, legend } = filterTiles({ ...counting([3, 2]), className: 'Embedding' })
    expect(tiles).toMatchObject({ count: 1, height: 2, width: 3 })
    expect([...tiles.data]).toEqual([0, 2, 4, 1, 3, 5])
    expect(legend).toContain('a row per output')
  })

  test('are cropped to 700 cells a side, and say so', () => {
    const { tiles, legend } = filterTiles({ ...counting([1000, 4]), className: 'Embedding' })
    expect(tiles).toMatchObject({ height: 4, width: 700 })
    expect(legend).toContain('the first 4 × 700 of 4 × 1000')
  })

  test('of recurrent kernels, biases and scalars', () => {
    expect(filterTiles({ ...counting([64, 16]), className: 'LSTM' }).tiles).toMatchObject({
      height: 16,
      width: 64,
    })
    expect(filterTiles(counting([5])).tiles).toMatchObject({ height: 1, width: 5 })
    expect(filterTiles(counting([])).tiles).toMatchObject({ height: 1, width: 1 })
  })

  test('refuse a tensor without values', () => {
    expect(() => filterTiles(counting([0, 3]))).toThrow('at least one value')
  })
})

test('which filter a weight belongs to', () => {
  const filters = (shape: number[], className?: string) => {
    const { count, filterOf } = filterAxes(shape, className)
    const size = shape.reduce((a, b) => a * b, 1)
    return [count, Array.from({ length: size }, (_, i) => filterOf(i))]
  }
  expect(filters([2, 1, 1, 2])).toEqual([2, [0, 1, 0, 1]])
  expect(filters([1, 1, 2, 2], 'Conv2DTranspose')).toEqual([2, [0, 0, 1, 1]])
  expect(filters([1, 1, 2, 2], 'DepthwiseConv2D')).toEqual([4, [0, 1, 2, 3]])
  expect(filters([3])).toEqual([3, [0, 1, 2]])
  expect(filters([])).toEqual([1, [0]])
})

test('the position of a flat index', () => {
  expect(positionOf(11, [2, 3, 2])).toEqual([1, 2, 1])
  expect(positionOf(0, [])).toEqual([])
})
