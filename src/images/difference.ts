import pixelmatch from 'pixelmatch'
import { InvalidArgumentError } from '../errors.js'
import type { Drawing, ValueRange } from './drawing.js'
import { blankPicture, type Picture, paste } from './picture.js'

/** White pixels between the panels of a composite. */
const gutter = 24

export interface Before {
  /** The picture of the baseline as it was stored. */
  picture: Picture
  /** The exact values of the baseline, where they are known: then Δ can be shown. */
  values?: Float32Array
  /** The smallest and largest value of the baseline: both sides are drawn on this scale. */
  range: ValueRange
}

/** Pictures of the same arrangement and size, ready to be put side by side. */
export interface Difference {
  before: Picture
  after: Picture
  /** Absent where the sizes differ. */
  change?: Picture
}

/**
 * Before and after on the same colour scale, that of the baseline, and what changed: after − before on a symmetric
 * scale of its own, so that small changes show. Where that cannot be drawn, a mask of the cells that look different
 * stands in for it. `before.values` have the arrangement of `after`.
 */
export function drawDifference(before: Before, after: Float32Array, drawing: Drawing): Difference {
  const afterPicture = drawing.draw(after, before.range)
  const beforePicture =
    before.values && !drawing.hasMarks ? drawing.draw(before.values, before.range) : before.picture
  const change = drawChange(before.values, after, drawing) ?? differenceMask(beforePicture, afterPicture)
  return { before: beforePicture, after: afterPicture, change }
}

function drawChange(
  before: Float32Array | undefined,
  after: Float32Array,
  drawing: Drawing,
): Picture | undefined {
  if (before === undefined || before.length !== after.length) return undefined
  return drawing.drawChange?.(after.map((value, i) => value - before[i]!))
}

/**
 * The pixels in which two pictures differ, red over a faded first picture; undefined when their sizes differ.
 * Every difference counts: with pixelmatch's default threshold and its antialiasing test a weight may change by
 * a tenth of the colour range unseen. For looking only, never to decide whether something changed.
 */
export function differenceMask(first: Picture, second: Picture): Picture | undefined {
  const { width, height } = first
  if (second.width !== width || second.height !== height) return undefined
  const mask = new Uint8Array(4 * width * height)
  pixelmatch(withAlpha(first), withAlpha(second), mask, width, height, { threshold: 0, includeAA: true })
  return { width, height, data: mask.filter((_, i) => i % 4 !== 3) }
}

/** Pictures in a row, aligned at the top, white where one is shorter. */
export function sideBySide(pictures: readonly Picture[]): Picture {
  if (pictures.length === 0) throw new InvalidArgumentError('pictures', 'none', 'at least one')
  const width = pictures.reduce((sum, picture) => sum + picture.width, gutter * (pictures.length - 1))
  const row = blankPicture(width, Math.max(...pictures.map(({ height }) => height)), 255)
  let left = 0
  for (const picture of pictures) {
    paste(row, picture, left, 0)
    left += picture.width + gutter
  }
  return row
}

function withAlpha({ data }: Picture): Uint8Array {
  const rgba = new Uint8Array((data.length / 3) * 4).fill(255)
  for (let pixel = 0; 3 * pixel < data.length; pixel++) {
    rgba.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel)
  }
  return rgba
}
