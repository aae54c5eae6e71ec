import type { Picture } from './picture.js'

/** The values at the two ends of the colours. */
export type ValueRange = readonly [low: number, high: number]

/** How numbers of one arrangement become a picture. */
export interface Drawing {
  /** `range`: of the baseline, so that both sides of a comparison have the same colours. */
  draw(values: Float32Array, range?: ValueRange): Picture
  /** A change of such numbers, on a symmetric scale of its own; absent where that would show nothing. */
  drawChange?(change: Float32Array): Picture
  /** The picture shows more than its numbers (marks): a baseline is shown as it was stored. */
  hasMarks?: boolean
}

/** How numbers become SVG text that carries them. */
export interface VectorDrawing {
  /** This run's figure. */
  svg: string
  /** The figure of a baseline and this one on the same axes. */
  drawOver?(before: Float32Array): string
}

export const isVector = (drawing: Drawing | VectorDrawing): drawing is VectorDrawing => 'svg' in drawing
