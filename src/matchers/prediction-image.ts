import type { MatcherState } from 'vitest'
import { assertCounts } from '../checks/options.js'
import { type DynamicsPictureOptions, dynamicsDrawing } from '../images/dynamics-picture.js'
import { jitterOf, predictionContent } from '../snapshots/kinds/predictions.js'
import { assertExamples } from '../training/examples.js'
import { recordDynamics } from '../training/prediction-dynamics.js'
import type { Examples, Subject } from '../training/trainable.js'
import { controlFor } from './define.js'
import {
  answerWithPicture,
  nameAndOptions,
  type PictureOptions,
  type PictureOutcome,
} from './picture-matcher.js'
import { progressListener } from './progress.js'

/** Options of `toMatchPredictionImage`. Those of the picture never change whether it matches. */
export interface PredictionImageOptions extends PictureOptions, DynamicsPictureOptions {
  train: Examples
  /** The fixed batch whose predictions are followed. */
  on: Examples
  /** Updates to make. Default 50: after more of them machines differ. */
  steps?: number
  /** Examples per step. Default 32. */
  batchSize?: number
  /** Of several outputs: its index. Default 0. */
  output?: number
  /** Allowed change. Default 0.002 times the largest magnitude of the baseline. */
  atol?: number
}

/**
 * The predictions on a fixed batch, followed through training, are those of the stored snapshot: a row per example,
 * a column per look. Predictions that settle smoothly, jump to and fro (the learning rate is too high) or do not move
 * are seen at a glance; the jitter index says how much they wiggle. Costs `steps` and up to 33 predictions.
 *
 * Throws as `toMatchWeightImage`, and when training diverges. Reference: docs/data-images.md.
 *
 *     await expect(createModel).toMatchPredictionImage('digits', { train, on: batch })
 */
export async function toMatchPredictionImage(
  this: MatcherState,
  subject: Subject,
  nameOrOptions: string | PredictionImageOptions,
  optionsAfterName?: PredictionImageOptions,
): Promise<PictureOutcome> {
  const [name, options = {} as PredictionImageOptions] = nameAndOptions(nameOrOptions, optionsAfterName)
  const { train, on, steps = 50, batchSize = 32, output = 0, scale, maxTiles } = options
  const matcher = 'toMatchPredictionImage'
  return answerWithPicture(this, { matcher, stage: 'skeleton' }, name, options, async (seed) => {
    assertExamples(train, 'options.train')
    assertExamples(on, 'options.on')
    assertCounts({ steps, batchSize })
    const onProgress = progressListener(matcher)
    const dynamics = await recordDynamics(subject, {
      ...controlFor(this),
      ...(onProgress && { onProgress }),
      train,
      on,
      seed,
      steps,
      batchSize,
      output,
    })
    const content = predictionContent(dynamics)
    return {
      content,
      drawing: dynamicsDrawing(dynamics.measure, dynamics.looks.length, { scale, maxTiles }),
      measured: { jitter: jitterOf(content) },
    }
  })
}
