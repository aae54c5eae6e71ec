import type { Drawing } from './drawing.js'
import { shrinkTiles } from './example-tiles.js'
import { type GridOptions, largestMagnitude, makeGrid } from './grid.js'
import type { Tiles } from './picture.js'

export interface ActivationPictureOptions extends Pick<GridOptions, 'padding' | 'padValue' | 'scale'> {
  /** At most this many tiles of feature maps, or examples of a matrix. Default 64. */
  maxTiles?: number
}

/** Feature maps of so many units side by side. */
const mostColumns = 16
/** More units than these are wrapped into a square for each example. */
const longestRow = 128
/** Rows and columns that still make a picture of at most 700 pixels a side. */
const mostCells = 700

/**
 * Activations [examples, …, units] as pictures, blue negative, white zero, red positive: feature maps as tiles, a column
 * per unit, the examples one under the other; sequences as one tile per example, a row per step; units alone as one
 * matrix, a row per example and a column per unit, from 129 units on as a square per example. Units that are always 0
 * are white.
 */
export function activationDrawing(
  shape: readonly number[],
  { maxTiles = 64, padding = 2, padValue = 0.55, scale }: ActivationPictureOptions = {},
): Drawing {
  const arrange = arrangementOf(shape, maxTiles)
  const draw = (values: Float32Array, largest: number) => {
    const { tiles, nrow } = arrange(values)
    return makeGrid(tiles, {
      nrow,
      padding,
      padValue,
      scale,
      normalize: true,
      valueRange: [-largest, largest],
      colors: 'diverging',
    })
  }
  return {
    draw: (values, range) =>
      draw(values, range ? Math.max(...range.map(Math.abs)) : largestMagnitude(values)),
    drawChange: (change) => draw(change, largestMagnitude(change)),
  }
}

type Arrangement = (values: Float32Array) => { tiles: Tiles; nrow: number }

function arrangementOf(shape: readonly number[], maxTiles: number): Arrangement {
  const examples = shape[0]!
  const units = shape.at(-1)!
  if (shape.length === 3) {
    const [, steps] = shape as [number, number]
    const [height, width] = [Math.min(steps, mostCells), Math.min(units, mostCells)]
    const count = Math.min(examples, maxTiles)
    const nrow = Math.max(1, Math.floor(mostCells / width))
    return (values) => ({
      nrow,
      tiles: fill({ count, height, width }, (tile, y, x) => values[(tile * steps + y) * units + x]!),
    })
  }
  if (shape.length >= 4) return featureMaps(shape, maxTiles)
  const perExample = shape.slice(1).reduce((product, size) => product * size, 1)
  if (perExample > longestRow) {
    const side = Math.ceil(Math.sqrt(perExample))
    const count = Math.min(examples, maxTiles)
    return (values) => ({
      nrow: Math.max(1, Math.floor(mostCells / side)),
      tiles: fill({ count, height: Math.ceil(perExample / side), width: side }, (tile, y, x) => {
        const unit = y * side + x
        return unit < perExample ? values[tile * perExample + unit]! : 0
      }),
    })
  }
  const height = Math.min(examples, maxTiles)
  return (values) => ({
    nrow: 1,
    tiles: fill({ count: 1, height, width: perExample }, (_, y, x) => values[y * perExample + x]!),
  })
}

/** One row of tiles per example, several where there is room; large maps are shrunk to fit. */
function featureMaps(shape: readonly number[], maxTiles: number): Arrangement {
  const [examples, units, width] = [shape[0]!, shape.at(-1)!, shape.at(-2)!]
  const height = shape.slice(1, -2).reduce((product, size) => product * size, 1)
  const wished = Math.min(units, Math.max(8, Math.floor(maxTiles / examples)))
  const columns = Math.min(wished, mostColumns)
  const shown = wished - (wished % columns)
  const count = shown * Math.max(1, Math.min(examples, Math.floor(maxTiles / shown)))
  const factor = Math.ceil((columns * width) / mostCells)
  return (values) => {
    const tiles = fill({ count, height, width }, (tile, y, x) => {
      const example = Math.floor(tile / shown)
      return values[((example * height + y) * width + x) * units + (tile % shown)]!
    })
    return { nrow: columns, tiles: shrinkTiles(tiles, factor) }
  }
}

function fill(
  { count, height, width }: { count: number; height: number; width: number },
  value: (tile: number, y: number, x: number) => number,
): Tiles {
  const data = new Float32Array(count * height * width)
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / width)
    data[i] = value(Math.floor(row / height), row % height, i % width)
  }
  return { count, height, width, channels: 1, data }
}
