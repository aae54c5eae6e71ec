import type { Rightness } from '../statistics/rightness.js'
import type { Drawing } from './drawing.js'
import { largestMagnitude, makeGrid } from './grid.js'

export interface DynamicsPictureOptions {
  /** Each cell becomes scale × scale pixels. Default: what brings the picture to 400–700 pixels of width. */
  scale?: number
  /** At most this many examples. Default 64. */
  maxTiles?: number
}

/**
 * A row per example, a column per look. Probabilities: blue is right, red is wrong, white one half. Errors: blue too
 * low, red too high, white right. Distances: white none, red the largest.
 */
export function dynamicsDrawing(
  measure: Rightness['measure'],
  looks: number,
  { scale, maxTiles = 64 }: DynamicsPictureOptions = {},
): Drawing {
  const draw = (values: Float32Array, largest: number, center: number) => {
    const height = Math.min(maxTiles, values.length / looks)
    const data = values.slice(0, height * looks).map((value) => value - center)
    return makeGrid(
      { count: 1, height, width: looks, channels: 1, data },
      { scale, normalize: true, valueRange: [-largest, largest], colors: 'diverging' },
    )
  }
  return {
    draw(values, range) {
      if (measure === 'probability')
        return draw(
          values.map((p) => 1 - p),
          0.5,
          0.5,
        )
      const largest = range ? Math.max(...range.map(Math.abs)) : largestMagnitude(values)
      return draw(values, largest, 0)
    },
    drawChange: (change) => draw(change, largestMagnitude(change), 0),
  }
}
