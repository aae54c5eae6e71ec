import type { Color } from './colormap.js'
import type { Drawing, ValueRange } from './drawing.js'
import { type GridOptions, largestMagnitude, makeGrid } from './grid.js'
import { type Box, fillBox, type Picture, type Tiles } from './picture.js'

/** Why somebody should look at an example. */
export type Mark = 'outlier' | 'copy' | 'mislabelled'

/** ColorBrewer's Dark2 and Set1: told apart also by colour-blind readers. */
const frames: Record<Mark, Color> = {
  outlier: [0xff, 0x7f, 0x00],
  copy: [0x1f, 0x78, 0xb4],
  mislabelled: [0xe3, 0x1a, 0x1c],
}

/** Tiles in rows, the first of each row a mean. */
export interface ContactSheet {
  shape: Pick<Tiles, 'height' | 'width' | 'channels'>
  rows: number
  columns: number
  /** By tile, row after row; 'empty' where a row has no more examples. */
  marks: ReadonlyArray<Mark | 'empty' | undefined>
}

export type ContactSheetOptions = Pick<GridOptions, 'scale' | 'valueRange'>

const padding = 4
/** Pixels: a sheet of ten rows of digits then takes about 50 KB. */
const mostWidth = 400

/** Rows of examples, grey or RGB, one scale for all; marked ones have a coloured frame. */
export function contactSheetDrawing(sheet: ContactSheet, options: ContactSheetOptions = {}): Drawing {
  const count = sheet.rows * sheet.columns
  const scale = options.scale ?? scaleWithin(mostWidth, sheet)
  const grid = { nrow: sheet.columns, padding, padValue: 1, normalize: true, scale }
  const draw = (values: Float32Array, range: ValueRange, colors: 'grey' | 'diverging') =>
    makeGrid({ ...sheet.shape, count, data: values }, { ...grid, valueRange: range, colors })
  return {
    hasMarks: true,
    draw: (values) => framed(draw(values, options.valueRange ?? usualRange(values), 'grey'), sheet, scale),
    drawChange(change) {
      const largest = largestMagnitude(change)
      return draw(change, [-largest, largest], 'diverging')
    },
  }
}

function scaleWithin(width: number, { columns, shape }: ContactSheet): number {
  return Math.max(1, Math.floor((width - padding * (columns + 1)) / (columns * shape.width)))
}

/** Without the extreme thousandth at both ends: one wrong pixel must not blacken the sheet. */
function usualRange(values: Float32Array): ValueRange {
  const sorted = values.slice().sort()
  const cut = Math.floor(sorted.length / 1000)
  const [low, high] = [sorted[cut]!, sorted[sorted.length - 1 - cut]!]
  return low < high ? [low, high] : [sorted[0]!, sorted.at(-1)!]
}

function framed(picture: Picture, { marks, columns, shape }: ContactSheet, scale: number): Picture {
  const [width, height] = [shape.width * scale, shape.height * scale]
  for (const [tile, mark] of marks.entries()) {
    if (mark === undefined) continue
    const top = padding + Math.floor(tile / columns) * (height + padding)
    const left = padding + (tile % columns) * (width + padding)
    if (mark === 'empty') fillBox(picture, { top, left, height, width }, [255, 255, 255])
    else frame(picture, { top, left, height, width }, frames[mark])
  }
  return picture
}

/** Around the tile, on the padding; a white line stays between neighbours. */
function frame(picture: Picture, { top, left, height, width }: Box, color: Color): void {
  const thick = padding - 1
  const [outerWidth, outerHeight] = [width + 2 * thick, height + 2 * thick]
  const corner = { top: top - thick, left: left - thick }
  fillBox(picture, { ...corner, height: thick, width: outerWidth }, color)
  fillBox(picture, { top: top + height, left: left - thick, height: thick, width: outerWidth }, color)
  fillBox(picture, { ...corner, height: outerHeight, width: thick }, color)
  fillBox(picture, { top: top - thick, left: left + width, height: outerHeight, width: thick }, color)
}
