import { InvalidArgumentError } from '../errors.js'
import type { FilterTiles, WeightValues } from './weight-tiles.js'

/** Rows and columns that still make a picture of at most 700 pixels a side. */
const mostCells = 700

/**
 * A tensor of any shape as one matrix [all axes but the last, last axis], drawn wider than tall (transposed where
 * needed) and cropped to 700 cells a side. Throws `InvalidArgumentError` for a tensor without values.
 */
export function heatMap({ shape, values }: WeightValues): FilterTiles {
  if (values.length === 0) {
    throw new InvalidArgumentError('weights', `shape [${shape.join(', ')}]`, 'at least one value')
  }
  const columns = shape.at(-1) ?? 1
  const rows = values.length / columns
  const transposed = rows > columns
  const [height, width] = transposed ? [columns, rows] : [rows, columns]
  const shownHeight = Math.min(height, mostCells)
  const shownWidth = Math.min(width, mostCells)
  const data = new Float32Array(shownHeight * shownWidth)
  for (let y = 0; y < shownHeight; y++) {
    for (let x = 0; x < shownWidth; x++) {
      data[y * shownWidth + x] = values[transposed ? x * columns + y : y * columns + x]!
    }
  }
  const cropped = shownHeight * shownWidth < values.length
  return {
    tiles: { count: 1, height: shownHeight, width: shownWidth, channels: 1, data },
    nrow: 1,
    legend:
      `heat map, ${transposed ? 'a row per output, a column per input' : 'a row per input, a column per output'}` +
      (cropped ? `; the first ${shownHeight} × ${shownWidth} of ${height} × ${width} cells` : ''),
  }
}
