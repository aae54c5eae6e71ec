import type { Tiles } from './picture.js'

/** How one example becomes a tile. */
export interface ExampleView {
  height: number
  width: number
  channels: 1 | 3
  /** Writes the height · width · channels cells of an example's values. */
  fill(values: ArrayLike<number>, start: number, tile: Float32Array): void
}

/** A flat input is taken for a square picture from this side on: 8 × 8 is the smallest digits data set in use. */
const smallestSquare = 8
/** Up to this many channels are shown one under the other; more are averaged. */
const mostStacked = 8

/**
 * How examples of a shape (without the batch axis) are shown: pictures [h, w], [h, w, 1] and [h, w, 3] as they are,
 * other channels stacked (averaged from nine on), frames and slices of higher ranks stacked, flat squares of 8 × 8 or
 * more as pictures. Undefined for other flat examples: those are rows of a table.
 */
export function exampleView(shape: readonly number[]): ExampleView | undefined {
  if (shape.length < 2) {
    const side = Math.sqrt(shape[0] ?? 1)
    return Number.isInteger(side) && side >= smallestSquare ? plain(side, side, 1) : undefined
  }
  if (shape.length === 2) return plain(shape[0]!, shape[1]!, 1)
  const [height, width, channels] = shape.slice(-3) as [number, number, number]
  const frames = shape.slice(0, -3).reduce((product, size) => product * size, 1)
  if (channels === 1 || channels === 3) return plain(frames * height, width, channels)
  const stacked = channels <= mostStacked
  return {
    height: frames * height * (stacked ? channels : 1),
    width,
    channels: 1,
    fill(values, start, tile) {
      tile.fill(0)
      for (let cell = 0; cell < frames * height * width; cell++) {
        for (let channel = 0; channel < channels; channel++) {
          const value = values[start + cell * channels + channel]!
          if (stacked) tile[channel * frames * height * width + cell] = value
          else tile[cell]! += value / channels
        }
      }
    },
  }
}

function plain(height: number, width: number, channels: 1 | 3): ExampleView {
  const size = height * width * channels
  return {
    height,
    width,
    channels,
    fill(values, start, tile) {
      for (let i = 0; i < size; i++) tile[i] = values[start + i]!
    },
  }
}

/** The examples at `rows` as tiles; `values` hold whole examples of `size` values one after the other. */
export function tilesOf(
  view: ExampleView,
  values: ArrayLike<number>,
  size: number,
  rows: readonly number[],
): Tiles {
  const { height, width, channels } = view
  const cells = height * width * channels
  const data = new Float32Array(rows.length * cells)
  for (const [tile, row] of rows.entries()) {
    view.fill(values, row * size, data.subarray(tile * cells, (tile + 1) * cells))
  }
  return { count: rows.length, height, width, channels, data }
}

/** The same tiles in fewer cells: each the mean of factor × factor of them. */
export function shrinkTiles(tiles: Tiles, factor: number): Tiles {
  if (factor === 1) return tiles
  const { count, channels } = tiles
  const height = Math.ceil(tiles.height / factor)
  const width = Math.ceil(tiles.width / factor)
  const data = new Float32Array(count * height * width * channels)
  const counts = new Float32Array(data.length)
  for (let i = 0; i < tiles.data.length; i++) {
    const channel = i % channels
    const cell = (i - channel) / channels
    const x = Math.floor((cell % tiles.width) / factor)
    const rest = Math.floor(cell / tiles.width)
    const y = Math.floor((rest % tiles.height) / factor)
    const target = ((Math.floor(rest / tiles.height) * height + y) * width + x) * channels + channel
    data[target]! += tiles.data[i]!
    counts[target]!++
  }
  return { count, height, width, channels, data: data.map((sum, i) => sum / counts[i]!) }
}
