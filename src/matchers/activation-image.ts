import type { MatcherState } from 'vitest'
import { assertCounts } from '../checks/options.js'
import { type ActivationPictureOptions, activationDrawing } from '../images/activation-picture.js'
import { activationContent, silentShare } from '../snapshots/kinds/activations.js'
import type { Examples, Subject } from '../training/trainable.js'
import {
  answerWithPicture,
  drawingOf,
  nameAndOptions,
  type PictureOptions,
  type PictureOutcome,
} from './picture-matcher.js'

/** Options of `toMatchActivationImage`. Those of the picture never change whether it matches. */
export interface ActivationImageOptions extends PictureOptions, ActivationPictureOptions {
  /** The fixed batch; a few examples are enough. */
  on: Examples
  /** How many examples of the batch are kept, the first ones. Default 4 of feature maps, 64 of others. */
  examples?: number
  /** Index into the program's layers, or name. Default: the first hidden layer with weights. */
  layer?: number | string
  /** Allowed change. Default 0.01 times the largest magnitude of the baseline. */
  atol?: number
}

/**
 * What a layer makes of a fixed batch is what the stored snapshot shows: feature maps, a row per example and a column
 * per unit; of dense layers a matrix. Blue negative, white zero, red positive; dead units are white columns. Costs one
 * prediction.
 *
 * Throws as `toMatchWeightImage`, and for layers that are not there or not seen. Reference: docs/model-images.md.
 *
 *     await expect(trained).toMatchActivationImage('first-layer', { on: batch })
 */
export async function toMatchActivationImage(
  this: MatcherState,
  subject: Subject,
  nameOrOptions: string | ActivationImageOptions,
  optionsAfterName?: ActivationImageOptions,
): Promise<PictureOutcome> {
  const [name, options = {} as ActivationImageOptions] = nameAndOptions(nameOrOptions, optionsAfterName)
  const { on, layer, examples, rtol, atol, perBackend, attach, seed: given, ...drawing } = options
  return answerWithPicture(
    this,
    { matcher: 'toMatchActivationImage', stage: 'skeleton' },
    name,
    options,
    (seed) =>
      drawingOf(subject, on, seed, (program) => {
        assertCounts({ examples })
        const content = activationContent(program, on.xs, {
          ...(layer !== undefined && { layer }),
          ...(examples !== undefined && { examples }),
        })
        return {
          content,
          drawing: activationDrawing(content.shape, drawing),
          measured: { silent: silentShare(content) },
        }
      }),
  )
}
