import type { MatcherState } from 'vitest'
import { type FigureDrawingOptions, type FigureSubject, figureContent } from '../snapshots/kinds/figures.js'
import {
  answerWithPicture,
  nameAndOptions,
  type PictureOptions,
  type PictureOutcome,
} from './picture-matcher.js'

export type { FigureSubject } from '../snapshots/kinds/figures.js'

/** Options of `toMatchFigure`. Title and labels are drawn, and never change whether it matches. */
export interface FigureOptions extends PictureOptions, FigureDrawingOptions {
  /** Allowed change. Default 0.002 times the largest magnitude of the baseline. */
  atol?: number
}

/**
 * Curves are those of the stored snapshot, point by point; the figure is kept as SVG text beside the test, and a
 * failure shows both on the same axes. Of SVG text that was drawn elsewhere the numbers may move within the tolerance,
 * markup and words may not.
 *
 * Throws as `toMatchWeightImage`, and for what is no figure. Reference: docs/model-images.md.
 *
 *     await expect(run).toMatchFigure('loss')
 *     await expect({ loss, accuracy }).toMatchFigure('curves')
 */
export async function toMatchFigure(
  this: MatcherState,
  subject: FigureSubject,
  nameOrOptions?: string | FigureOptions,
  optionsAfterName?: FigureOptions,
): Promise<PictureOutcome> {
  const [name, options = {}] = nameAndOptions(nameOrOptions, optionsAfterName)
  const { title = name, xLabel, yLabel } = options
  return answerWithPicture(this, { matcher: 'toMatchFigure', stage: 'skeleton' }, name, options, () =>
    figureContent(subject, {
      ...(title !== undefined && { title }),
      ...(xLabel !== undefined && { xLabel }),
      ...(yLabel !== undefined && { yLabel }),
    }),
  )
}
