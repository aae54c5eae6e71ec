import { InvalidArgumentError } from '../errors.js'
import { type Color, diverging, grey, nonFiniteColor, toByte } from './colormap.js'
import { blankPicture, type Picture, type Tiles } from './picture.js'

/** The options of torchvision's `make_grid` in camelCase, with the colours and the enlargement that a PNG needs. */
export interface GridOptions {
  /** Tiles per row. Default 8. */
  nrow?: number
  /** Pixels between and around the tiles, not enlarged by `scale`. Default 2; a single tile gets none. */
  padding?: number
  /** Brightness of the padding, 0 (black) to 1 (white). Default 0. */
  padValue?: number
  /** Shift and stretch the values to [0, 1] first. Default false: values are taken to be in [0, 1] already. */
  normalize?: boolean
  /** The values that become 0 and 1. Default: smallest and largest, or −max|v| and max|v| where `symmetric`. */
  valueRange?: readonly [low: number, high: number]
  /** Zero stays in the middle of the range that is found. Default: true for diverging colours, else false. */
  symmetric?: boolean
  /** Find the range for each tile by itself instead of over all of them. Default false. */
  scaleEach?: boolean
  /** How one-channel tiles are coloured. Default 'grey'. Three channels are drawn as red, green, blue. */
  colors?: 'grey' | 'diverging'
  /** Each cell becomes scale × scale pixels. Default: what brings the picture to 250–700 pixels of width. */
  scale?: number
}

/**
 * Tiles in rows, as torchvision's `make_grid` followed by `save_image`: min(nrow, count) columns,
 * (height + padding) · rows + padding pixels high; one tile alone is returned without padding; the divisor of
 * `normalize` is at least 1e-5. Enlarged by nearest neighbour. Non-finite values are drawn magenta.
 * Throws `InvalidArgumentError` for no tiles or data of another length.
 * Source: https://docs.pytorch.org/vision/stable/generated/torchvision.utils.make_grid.html
 */
export function makeGrid(tiles: Tiles, options: GridOptions = {}): Picture {
  const { count, height, width } = tiles
  assertTiles(tiles)
  const nrow = positiveInteger('nrow', options.nrow ?? 8)
  const padding = count === 1 ? 0 : nonNegativeInteger('padding', options.padding ?? 2)
  const columns = Math.min(nrow, count)
  const rows = Math.ceil(count / columns)
  const scale = positiveInteger(
    'scale',
    options.scale ?? fittingScale(columns * width, padding * (columns + 1)),
  )

  const tileHeight = height * scale + padding
  const tileWidth = width * scale + padding
  const picture = blankPicture(
    tileWidth * columns + padding,
    tileHeight * rows + padding,
    toByte(options.padValue ?? 0),
  )
  const sharedRange = options.scaleEach ? undefined : rangeOf(tiles.data, options)
  for (let tile = 0; tile < count; tile++) {
    const top = padding + Math.floor(tile / columns) * tileHeight
    const left = padding + (tile % columns) * tileWidth
    drawTile(picture, tiles, tile, { top, left, scale }, sharedRange, options)
  }
  return picture
}

/** The smallest factor that makes the picture at least 400 pixels wide without passing 700; at least 1. */
export function fittingScale(cells: number, fixedPixels = 0): number {
  const largest = Math.floor((700 - fixedPixels) / cells)
  return Math.max(1, Math.min(largest, Math.ceil((400 - fixedPixels) / cells)))
}

/** The largest finite magnitude; 0 when there is none. */
export function largestMagnitude(values: Float32Array): number {
  let largest = 0
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value))
  return largest
}

type Range = readonly [low: number, high: number]

function rangeOf(values: Float32Array, options: GridOptions): Range {
  const { normalize, valueRange, colors, symmetric = colors === 'diverging' } = options
  if (!normalize) return [0, 1]
  if (valueRange) return valueRange
  if (symmetric) {
    const largest = largestMagnitude(values)
    return [-largest, largest]
  }
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low > high ? [0, 1] : [low, high]
}

function drawTile(
  picture: Picture,
  { height, width, channels, data }: Tiles,
  tile: number,
  { top, left, scale }: { top: number; left: number; scale: number },
  sharedRange: Range | undefined,
  options: GridOptions,
): void {
  const size = height * width * channels
  const values = data.subarray(tile * size, (tile + 1) * size)
  const [low, high] = sharedRange ?? rangeOf(values, options)
  const share = shareWithin([low, high], options.colors)
  const colorOne = options.colors === 'diverging' ? diverging : grey

  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const cell = (row * width + column) * channels
      const color = channels === 3 ? rgb(values, cell, share) : colorScalar(values[cell]!, share, colorOne)
      fillBlock(picture, top + row * scale, left + column * scale, scale, color)
    }
  }
}

/**
 * Torchvision's floor under the divisor would push zero out of the middle of a narrow diverging range, so it
 * holds for grey and RGB only; a diverging range without width is all middle.
 */
function shareWithin([low, high]: Range, colors: GridOptions['colors']): (value: number) => number {
  if (colors === 'diverging') return high > low ? (value) => (value - low) / (high - low) : () => 0.5
  const divisor = Math.max(high - low, 1e-5)
  return (value) => (value - low) / divisor
}

function colorScalar(
  value: number,
  share: (value: number) => number,
  colorOne: (share: number) => Color,
): Color {
  return Number.isFinite(value) ? colorOne(share(value)) : nonFiniteColor
}

function rgb(values: Float32Array, cell: number, share: (value: number) => number): Color {
  const [red, green, blue] = [values[cell]!, values[cell + 1]!, values[cell + 2]!]
  if (!Number.isFinite(red + green + blue)) return nonFiniteColor
  return [toByte(share(red)), toByte(share(green)), toByte(share(blue))]
}

function fillBlock({ width, data }: Picture, top: number, left: number, size: number, color: Color): void {
  for (let row = top; row < top + size; row++) {
    for (let column = left; column < left + size; column++) data.set(color, 3 * (row * width + column))
  }
}

function assertTiles({ count, height, width, channels, data }: Tiles): void {
  const wanted = count * height * width * channels
  if (count < 1 || data.length !== wanted || wanted === 0) {
    throw new InvalidArgumentError(
      'tiles',
      `${data.length} values for [${[count, height, width, channels].join(', ')}]`,
      'at least one tile and count · height · width · channels values',
    )
  }
}

function positiveInteger(argument: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value
  throw new InvalidArgumentError(argument, String(value), 'a whole number of at least 1')
}

function nonNegativeInteger(argument: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value
  throw new InvalidArgumentError(argument, String(value), 'a whole number of at least 0')
}
