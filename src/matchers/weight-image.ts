import type { MatcherState } from 'vitest'
import { type WeightPictureOptions, weightDrawing } from '../images/weight-picture.js'
import { weightContent } from '../snapshots/kinds/weights.js'
import { readWeightsMadeBy } from '../snapshots/made-by-factory.js'
import { readWeights } from '../snapshots/weights.js'
import {
  answerWithPicture,
  nameAndOptions,
  type PictureOptions,
  type PictureOutcome,
} from './picture-matcher.js'

/** Options of `toMatchWeightImage`. Those of the picture never change whether it matches. */
export interface WeightImageOptions extends WeightPictureOptions, PictureOptions {
  /** Index into `model.layers` or name; of a Trainable, of its weights. Default: the first layer with a kernel. */
  layer?: number | string
  /** Allowed change in units of the weights. Default 0.002 times the largest |weight| of the baseline. */
  atol?: number
}

/**
 * The weights of a layer are those of the stored snapshot: every one within `atol + rtol · |baseline|`. The numbers
 * are kept in the `.snap` file and in the PNG, which lies in `__weights__/<test file>/<name>.png` beside the test;
 * `-u`, CI mode and the counts are Vitest's.
 *
 * `received`: a LayersModel, a layer, a tensor, a Trainable, or a factory that returns one. It is only read.
 * Throws under `.not`, for weights that are NaN, for a name that another snapshot of the file has, and when the
 * picture cannot be written. Reference: docs/weight-image.md.
 *
 *     await expect(model).toMatchWeightImage('first-layer')
 */
export async function toMatchWeightImage(
  this: MatcherState,
  received: unknown,
  nameOrOptions?: string | WeightImageOptions,
  optionsAfterName?: WeightImageOptions,
): Promise<PictureOutcome> {
  const [name, options = {}] = nameAndOptions(nameOrOptions, optionsAfterName)
  const { layer, rtol, atol, perBackend, attach, seed: given, ...drawing } = options
  return answerWithPicture(
    this,
    { matcher: 'toMatchWeightImage', stage: 'squeeze' },
    name,
    options,
    async (seed) => {
      const weights =
        typeof received === 'function'
          ? await readWeightsMadeBy(received as () => unknown, { seed, layer })
          : readWeights(received, layer)
      return { content: weightContent(weights), drawing: weightDrawing(weights, drawing) }
    },
  )
}
