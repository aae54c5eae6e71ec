import type { Color } from './colormap.js'
import type { Drawing } from './drawing.js'
import { blankPicture, fillBox, type Picture } from './picture.js'

/** Counts of the values of one feature, from its smallest to its largest. */
export interface Histogram {
  counts: readonly number[]
  /** Bins with a value far outside the others. */
  marked?: ReadonlySet<number>
}

const bar: Color = [0x45, 0x5a, 0x64]
const markedBar: Color = [0xe3, 0x1a, 0x1c]
const ground: Color = [0xf2, 0xf2, 0xf2]
const tile = { width: 96, height: 60 }
const gap = 6
const mostPerRow = 8
/** A bin that is not empty can be seen. */
const leastHeight = 2

/** Histograms in rows of up to eight, each as high as its fullest bin. Marked bins are red. */
export function drawHistograms(histograms: readonly Histogram[]): Picture {
  const columns = Math.min(mostPerRow, histograms.length)
  const rows = Math.ceil(histograms.length / columns)
  const picture = blankPicture(columns * (tile.width + gap) + gap, rows * (tile.height + gap) + gap, 255)
  for (const [i, histogram] of histograms.entries()) {
    const left = gap + (i % columns) * (tile.width + gap)
    const top = gap + Math.floor(i / columns) * (tile.height + gap)
    drawHistogram(picture, histogram, left, top)
  }
  return picture
}

/** The drawing of a table whose histograms are known: they are not drawn from the numbers of the snapshot. */
export function histogramDrawing(histograms: readonly Histogram[]): Drawing {
  return { hasMarks: true, draw: () => drawHistograms(histograms) }
}

function drawHistogram(picture: Picture, { counts, marked }: Histogram, left: number, top: number): void {
  fillBox(picture, { left, top, ...tile }, ground)
  const fullest = Math.max(...counts, 1)
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue
    const height = Math.max(leastHeight, Math.round((count / fullest) * (tile.height - 2)))
    const from = Math.floor((bin * tile.width) / counts.length)
    const to = Math.max(from + 1, Math.floor(((bin + 1) * tile.width) / counts.length))
    const box = { left: left + from, top: top + tile.height - height, width: to - from, height }
    fillBox(picture, box, marked?.has(bin) ? markedBar : bar)
  }
}
