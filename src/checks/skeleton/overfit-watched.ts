import { noteAgain, notingOpenings } from '../../memo/openings.js'
import { remembers } from '../../memo/remember.js'
import type { Examples, Subject } from '../../training/trainable.js'
import { onlookers } from '../onlookers.js'
import { defaultSeed } from '../options.js'
import { remembered } from '../remembered.js'
import type { CheckResult } from '../result.js'
import { watchActivations } from './healthy-activations.js'
import { watchGradients } from './healthy-gradients.js'
import { checkOverfitBatch, type OverfitBatchOptions } from './overfit-batch.js'
import { watchWeights } from './updates-every-weight.js'

/**
 * `checkOverfitBatch`; where results are remembered, the checks of weights, activations and gradients look on at its
 * first steps. Who asks for them next, on the same batch, has their answers without training.
 */
export async function checkOverfitBatchWatched(
  subject: Subject,
  batch: Examples,
  options: OverfitBatchOptions = {},
): Promise<CheckResult> {
  if (!remembers() || typeof subject !== 'function') return checkOverfitBatch(subject, batch, options)
  const watches = [watchWeights(), watchActivations(), watchGradients()]
  let told: CheckResult[] = []
  const looking = onlookers(
    subject,
    watches,
    () => true,
    (results) => {
      told = results
    },
  )
  const { result, noted } = await notingOpenings([subject], () =>
    checkOverfitBatch(subject, batch, { ...options, onlookers: looking }),
  )
  const { seed = defaultSeed } = options
  for (const one of told) {
    await remembered(one.check, [subject], { seed, batch }, async () => {
      noteAgain(subject, noted)
      return one
    })
  }
  return result
}
