import { definedOnly } from './defined-only.js'
import type { Drawing } from './drawing.js'
import { type FilterTiles, filterTiles, type WeightValues } from './filters.js'
import { type GridOptions, largestMagnitude, makeGrid } from './grid.js'
import type { Picture } from './picture.js'

/** How weights are drawn; the defaults in brackets differ from `makeGrid`'s to suit weights. */
export interface WeightPictureOptions extends Omit<GridOptions, 'colors' | 'normalize' | 'symmetric'> {
  /** At most this many filters. Default 64. */
  maxTiles?: number
}

/** Lines between filters must not look like a weight of zero, which is white in the map and mid-grey in RGB. */
const separators = { 1: 0.55, 3: 1 } as const
const separatorWidth = 3

/**
 * Weights as a picture on one symmetric scale, −max|w| … max|w| unless `valueRange` says otherwise: blue is
 * negative, white zero, red positive; filters over three channels are RGB with zero mid-grey.
 */
export function drawWeights(
  weights: WeightValues,
  { maxTiles, ...options }: WeightPictureOptions = {},
): { picture: Picture; legend: string } {
  const arranged = filterTiles(weights, { maxTiles })
  return { picture: drawTiles(arranged, options), legend: arranged.legend }
}

/** How other values of the same weights are drawn. */
export function weightDrawing(weights: WeightValues, options: WeightPictureOptions = {}): Drawing {
  const draw = (values: Float32Array, largest?: number) =>
    drawWeights(
      { ...weights, values },
      largest === undefined ? options : { ...options, valueRange: [-largest, largest] },
    ).picture
  return {
    draw: (values, range) =>
      draw(values, range && !options.valueRange ? Math.max(...range.map(Math.abs)) : undefined),
    drawChange: (change) => draw(change, largestMagnitude(change)),
  }
}

function drawTiles({ tiles, nrow }: FilterTiles, options: WeightPictureOptions): Picture {
  return makeGrid(tiles, {
    nrow,
    padding: separatorWidth,
    padValue: separators[tiles.channels],
    ...definedOnly(options),
    colors: tiles.channels === 1 ? 'diverging' : 'grey',
    symmetric: true,
    normalize: true,
  })
}
