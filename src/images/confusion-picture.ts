import type { Drawing } from './drawing.js'
import { largestMagnitude, makeGrid } from './grid.js'

export interface ConfusionPictureOptions {
  /** Each cell becomes scale × scale pixels. Default: what brings the picture to 400–700 pixels of width. */
  scale?: number
}

/** More classes than pixels of a picture are cut off. */
const mostClasses = 700

/**
 * A row per label, a column per prediction, as shares of the row: blue the right ones on the diagonal, red the errors,
 * whose square root is shown, so that one in a hundred is seen. Of a change blue is for the better, red for the worse.
 */
export function confusionDrawing(classes: number, { scale }: ConfusionPictureOptions = {}): Drawing {
  const shown = Math.min(classes, mostClasses)
  const draw = (cell: (label: number, prediction: number) => number, largest: number) => {
    const data = Float32Array.from({ length: shown * shown }, (_, i) =>
      cell(Math.floor(i / shown), i % shown),
    )
    return makeGrid(
      { count: 1, height: shown, width: shown, channels: 1, data },
      { scale, normalize: true, valueRange: [-largest, largest], colors: 'diverging' },
    )
  }
  return {
    draw(counts) {
      const sums = Float32Array.from({ length: shown }, (_, label) =>
        counts.subarray(label * classes, (label + 1) * classes).reduce((sum, count) => sum + count, 0),
      )
      return draw((label, prediction) => {
        const share = counts[label * classes + prediction]! / Math.max(1, sums[label]!)
        return label === prediction ? -share : Math.sqrt(share)
      }, 1)
    },
    drawChange: (change) =>
      draw(
        (label, prediction) => (label === prediction ? -1 : 1) * change[label * classes + prediction]!,
        Math.max(1, largestMagnitude(change)),
      ),
  }
}
