import type { Color } from './colormap.js'

/** Finished pixels: RGB, one byte per channel, row by row from the top left; `data` has 3 · width · height bytes. */
export interface Picture {
  width: number
  height: number
  data: Uint8Array
}

/**
 * Pictures as numbers: `count` tiles of height × width cells, laid out like a TensorFlow.js tensor of shape
 * [count, height, width, channels].
 */
export interface Tiles {
  count: number
  height: number
  width: number
  channels: 1 | 3
  data: Float32Array
}

/** A picture of one colour; `grey` runs from 0 (black) to 255 (white). */
export function blankPicture(width: number, height: number, grey: number): Picture {
  return { width, height, data: new Uint8Array(3 * width * height).fill(grey) }
}

/** Copies `source` into `target` with its top left corner at column `left`, row `top`. It must fit. */
export function paste(target: Picture, source: Picture, left: number, top: number): void {
  for (let row = 0; row < source.height; row++) {
    const start = 3 * row * source.width
    const pixels = source.data.subarray(start, start + 3 * source.width)
    target.data.set(pixels, 3 * ((top + row) * target.width + left))
  }
}

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** Paints a box in one colour. It must lie within the picture. */
export function fillBox(
  { data, width: pictureWidth }: Picture,
  { left, top, width, height }: Box,
  color: Color,
): void {
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) data.set(color, 3 * (y * pictureWidth + x))
  }
}
