import type { MatcherState } from 'vitest'
import { type ConfusionPictureOptions, confusionDrawing } from '../images/confusion-picture.js'
import { accuracyOfContent, confusionContent } from '../snapshots/kinds/confusion.js'
import type { Examples, Subject } from '../training/trainable.js'
import {
  answerWithPicture,
  drawingOf,
  nameAndOptions,
  type PictureOptions,
  type PictureOutcome,
} from './picture-matcher.js'

/** Options of `toMatchConfusionImage`. Those of the picture never change whether it matches. */
export interface ConfusionImageOptions extends PictureOptions, ConfusionPictureOptions {
  /** Labelled examples to predict. */
  on: Examples
  /** Of several outputs: its index. Default 0. */
  output?: number
  /** Names of the classes, for messages. Default: their numbers. */
  classes?: readonly string[]
  /** Allowed change of a count. Default 0.02 times the largest count of the baseline, at least 1. */
  atol?: number
}

/**
 * How often a classifier takes each class for each is what the stored snapshot says: a row per label, a column per
 * prediction, shares of the row. Costs one prediction.
 *
 * Throws as `toMatchWeightImage`, and for outputs or labels that are no classes. Reference: docs/model-images.md.
 *
 *     await expect(trained).toMatchConfusionImage('digits', { on: validation })
 */
export async function toMatchConfusionImage(
  this: MatcherState,
  subject: Subject,
  nameOrOptions: string | ConfusionImageOptions,
  optionsAfterName?: ConfusionImageOptions,
): Promise<PictureOutcome> {
  const [name, options = {} as ConfusionImageOptions] = nameAndOptions(nameOrOptions, optionsAfterName)
  const { on, output = 0, classes: names, scale } = options
  return answerWithPicture(
    this,
    { matcher: 'toMatchConfusionImage', stage: 'squeeze' },
    name,
    options,
    (seed) =>
      drawingOf(subject, on, seed, (program) => {
        const content = confusionContent(program, on, { output, ...(names && { names }) })
        return {
          content,
          drawing: confusionDrawing(content.shape[0]!, { scale }),
          measured: { accuracy: accuracyOfContent(content) },
        }
      }),
  )
}
