import { definedOnly } from './defined-only.js'
import type { Drawing, ValueRange } from './drawing.js'
import { exampleView, tilesOf } from './example-tiles.js'
import { type GridOptions, largestMagnitude, makeGrid } from './grid.js'
import type { Picture, Tiles } from './picture.js'

/** How examples are drawn, with the names of torchvision's `make_grid`. */
export interface ExamplePictureOptions extends Omit<GridOptions, 'colors' | 'normalize' | 'symmetric'> {
  /** At most this many examples. Default 64. */
  maxTiles?: number
}

/** Rows and columns that still make a picture of at most 700 pixels a side. */
const mostCells = 700

/**
 * Examples [count, …] as pictures: grey or RGB from the smallest value to the largest; tables as one heat map,
 * wider than tall, with zero white where there are negative values.
 */
export function exampleDrawing(shape: readonly number[], options: ExamplePictureOptions = {}): Drawing {
  const { maxTiles = 64, ...given } = definedOnly(options)
  const count = Math.min(shape[0]!, maxTiles)
  const size = shape.slice(1).reduce((product, axis) => product * axis, 1)
  const rows = Array.from({ length: count }, (_, row) => row)
  const view = exampleView(shape.slice(1))
  const tiles = (values: Float32Array): Tiles =>
    view ? tilesOf(view, values, size, rows) : table(values, count, size)
  const draw = (values: Float32Array, options: GridOptions): Picture =>
    makeGrid(tiles(values), {
      padding: 2,
      padValue: 1,
      ...given,
      ...options,
      normalize: true,
    })
  return {
    draw(values, range = rangeOf(values)) {
      const signed = !view && range[0] < 0
      const largest = Math.max(...range.map(Math.abs))
      return draw(values, {
        valueRange: given.valueRange ?? (signed ? [-largest, largest] : range),
        colors: signed ? 'diverging' : 'grey',
      })
    },
    drawChange(change) {
      const largest = largestMagnitude(change)
      return draw(change, { valueRange: [-largest, largest], colors: 'diverging' })
    },
  }
}

/** Wider than tall: with more examples than features a column per example. */
function table(values: Float32Array, count: number, size: number): Tiles {
  const features = Math.min(size, mostCells)
  const transposed = count > features
  const [height, width] = transposed ? [features, count] : [count, features]
  const data = new Float32Array(height * width)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = values[transposed ? x * size + y : y * size + x]!
  }
  return { count: 1, height, width, channels: 1, data }
}

/** Smallest and largest value. */
export function rangeOf(values: Float32Array): ValueRange {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}
