import { type FilterTiles, filterTiles, type WeightValues } from './filters.js'
import { type GridOptions, makeGrid } from './grid.js'
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

/** An option given as undefined means "the default", also where the default lies further up. */
function definedOnly<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<Options>
}
