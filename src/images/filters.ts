import { filterAxes, isDepthwise } from './filter-axes.js'
import { heatMap } from './heat-map.js'
import type { Tiles } from './picture.js'
import type { FilterTiles, WeightValues } from './weight-tiles.js'

export type { FilterTiles, WeightValues } from './weight-tiles.js'

/** Up to this many input channels each gets a row of its own. */
const mostChannelRows = 8
/** A flat input is taken for a square image from this side on: 8 × 8 is the smallest digits data set in use. */
const smallestSquare = 8

/**
 * Arranges a weight tensor as pictures that an eye can judge.
 *
 * - Convolutions [kh, kw, cin, cout]: one colour tile per filter for three input channels; a row per input
 *   channel and a column per filter for up to eight; above that one tile per filter, averaged over its channels.
 * - Dense [in, out] on an image, or on a flat square input: one tile per unit in the shape of the image.
 * - Everything else (embeddings, recurrent and other matrices, biases): one heat map.
 *
 * At most `maxTiles` filters (default 64) are drawn. Throws `InvalidArgumentError` for a tensor without values.
 */
export function filterTiles(
  weights: WeightValues,
  { maxTiles = 64 }: { maxTiles?: number } = {},
): FilterTiles {
  const { shape, className } = weights
  const isRecurrent = /LSTM|GRU|RNN/.test(className ?? '')
  if (shape.length === 4 && !isRecurrent) return convolution(weights, maxTiles)
  const image = shape.length === 2 && !isRecurrent && className !== 'Embedding' && imageShape(weights)
  return image ? unitImages(weights, image, maxTiles) : heatMap(weights)
}

function convolution({ shape, values, className }: WeightValues, maxTiles: number): FilterTiles {
  const [height, width] = shape as [number, number, number, number]
  const transposed = className?.includes('Transpose') ?? false
  const depthwise = isDepthwise(shape, className)
  const channels = depthwise ? 1 : shape[transposed ? 3 : 2]!
  const { count: filters } = filterAxes(shape, className)
  const at = (y: number, x: number, channel: number, filter: number) => {
    const within = transposed ? filter * channels + channel : channel * filters + filter
    return values[(y * width + x) * channels * filters + within]!
  }
  const shown = Math.min(filters, maxTiles)
  const leftOut = leftOutOf(shown, filters)

  if (channels === 3) {
    const tiles = newTiles(shown, height, width, 3)
    fill(tiles, (filter, y, x, channel) => at(y, x, channel, filter))
    return { tiles, nrow: fullRow(shown), legend: `one RGB tile per filter, mid-grey is 0${leftOut}` }
  }
  if (channels > 1 && channels <= mostChannelRows) {
    const tiles = newTiles(channels * shown, height, width, 1)
    fill(tiles, (tile, y, x) => at(y, x, Math.floor(tile / shown), tile % shown))
    return { tiles, nrow: shown, legend: `a row per input channel, a column per filter${leftOut}` }
  }
  const tiles = newTiles(shown, height, width, 1)
  fill(tiles, (filter, y, x) => {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += at(y, x, channel, filter)
    return sum / channels
  })
  const averaged = channels > 1 ? `, averaged over its ${channels} input channels` : ''
  return { tiles, nrow: fullRow(shown), legend: `one tile per filter${averaged}${leftOut}` }
}

function unitImages(
  { shape, values }: WeightValues,
  [height, width, channels]: readonly [number, number, number],
  maxTiles: number,
): FilterTiles {
  const units = shape[1]!
  const shown = Math.min(units, maxTiles)
  const tiles = newTiles(shown, height, width, channels === 3 ? 3 : 1)
  fill(tiles, (unit, y, x, channel) => values[((y * width + x) * channels + channel) * units + unit]!)
  const color = channels === 3 ? 'RGB ' : ''
  const legend = `one ${color}tile per unit, in the shape of the ${height} × ${width} input${leftOutOf(shown, units)}`
  return { tiles, nrow: fullRow(shown), legend }
}

/** [height, width, channels] of the image a dense layer looks at, when it does look at one. */
function imageShape({ shape, inputShape }: WeightValues): readonly [number, number, number] | undefined {
  const inputs = shape[0]!
  if (inputShape?.length === 3 || (inputShape?.length === 2 && inputShape[1]! > 1)) {
    const [height, width, channels = 1] = inputShape as [number, number, number?]
    const drawable = channels === 1 || channels === 3
    return drawable && height * width * channels === inputs ? [height, width, channels] : undefined
  }
  const side = Math.sqrt(inputs)
  const flat = inputShape === undefined || (inputShape.length === 1 && inputShape[0] === inputs)
  return flat && Number.isInteger(side) && side >= smallestSquare ? [side, side, 1] : undefined
}

function newTiles(count: number, height: number, width: number, channels: 1 | 3): Tiles {
  return { count, height, width, channels, data: new Float32Array(count * height * width * channels) }
}

function fill(tiles: Tiles, valueAt: (tile: number, y: number, x: number, channel: number) => number): void {
  let next = 0
  for (let tile = 0; tile < tiles.count; tile++) {
    for (let y = 0; y < tiles.height; y++) {
      for (let x = 0; x < tiles.width; x++) {
        for (let channel = 0; channel < tiles.channels; channel++) {
          tiles.data[next++] = valueAt(tile, y, x, channel)
        }
      }
    }
  }
}

/** Between a square and twice as wide: the row length that leaves the fewest places empty. */
function fullRow(count: number): number {
  const square = Math.ceil(Math.sqrt(count))
  let best = square
  for (let row = square; row <= Math.min(2 * square, count); row++) {
    if (emptyPlaces(count, row) < emptyPlaces(count, best)) best = row
  }
  return best
}

function emptyPlaces(count: number, row: number): number {
  return Math.ceil(count / row) * row - count
}

function leftOutOf(shown: number, of: number): string {
  return shown < of ? `; the first ${shown} of ${of}` : ''
}
