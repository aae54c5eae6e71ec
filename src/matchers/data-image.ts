import type { MatcherState } from 'vitest'
import { type DataPictureOptions, dataContent } from '../snapshots/kinds/data.js'
import { assertExamples } from '../training/examples.js'
import type { Examples } from '../training/trainable.js'
import {
  answerWithPicture,
  nameAndOptions,
  type PictureOptions,
  type PictureOutcome,
} from './picture-matcher.js'

/** Options of `toMatchDataImage`. */
export interface DataImageOptions extends PictureOptions, DataPictureOptions {
  /** Allowed change in units of the values. Default 1e-5 times the largest magnitude of the baseline. */
  atol?: number
}

/**
 * The data are those of the stored snapshot. Pictures: a contact sheet, a row per label with its mean first, examples
 * that should be looked at framed (red: a label that its neighbours contradict, orange: values far outside, blue:
 * copies). Tables: a histogram for each feature, with bins far outside red. How many examples each label has and what
 * is suspicious is compared to the letter.
 *
 * Throws as `toMatchWeightImage`, and for examples that cannot be used. Reference: docs/data-images.md.
 *
 *     await expect(train).toMatchDataImage('digits')
 */
export async function toMatchDataImage(
  this: MatcherState,
  examples: Examples,
  nameOrOptions?: string | DataImageOptions,
  optionsAfterName?: DataImageOptions,
): Promise<PictureOutcome> {
  const [name, options = {}] = nameAndOptions(nameOrOptions, optionsAfterName)
  return answerWithPicture(this, { matcher: 'toMatchDataImage', stage: 'data' }, name, options, (seed) => {
    assertExamples(examples, 'examples')
    return dataContent(examples, seed, options)
  })
}
