import type { MatcherState } from 'vitest'
import { type ExamplePictureOptions, exampleDrawing } from '../images/example-picture.js'
import { inputContent } from '../snapshots/kinds/inputs.js'
import type { Examples, Subject } from '../training/trainable.js'
import {
  answerWithPicture,
  drawingOf,
  nameAndOptions,
  type PictureOptions,
  type PictureOutcome,
} from './picture-matcher.js'

/** Options of `toMatchInputImage`. Those of the picture never change whether it matches. */
export interface InputImageOptions extends PictureOptions, ExamplePictureOptions {
  /** The batch, as the program is given it. */
  on: Examples
  /** Of several inputs: index or name. Default 0. */
  input?: number | string
  /** Allowed change in units of the values. Default 1e-5 times the largest magnitude of the baseline. */
  atol?: number
}

/**
 * What the net really receives of a batch is what the stored snapshot shows: captured where the numbers first meet
 * weights, after all preprocessing in layers or in `predict`. Costs one prediction.
 *
 * Throws as `toMatchWeightImage`, and for inputs that meet no weight. Reference: docs/data-images.md.
 *
 *     await expect(createModel).toMatchInputImage('digits', { on: batch })
 */
export async function toMatchInputImage(
  this: MatcherState,
  subject: Subject,
  nameOrOptions: string | InputImageOptions,
  optionsAfterName?: InputImageOptions,
): Promise<PictureOutcome> {
  const [name, options = {} as InputImageOptions] = nameAndOptions(nameOrOptions, optionsAfterName)
  const { on, input, rtol, atol, perBackend, attach, seed: given, ...drawing } = options
  return answerWithPicture(this, { matcher: 'toMatchInputImage', stage: 'skeleton' }, name, options, (seed) =>
    drawingOf(subject, on, seed, (program) => {
      const content = inputContent(program, on.xs, input)
      return { content, drawing: exampleDrawing(content.shape, drawing) }
    }),
  )
}
