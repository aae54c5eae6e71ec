import * as tf from '@tensorflow/tfjs'
import { minibatches } from '../../src/training/batches.js'
import { callStep } from '../../src/training/call-step.js'
import { disposeExamples, tensorsOf } from '../../src/training/examples.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import type { Examination, Findings } from './examination.js'
import { accuracyOf, type LabelKind } from './labels.js'
import { variance } from './measurements.js'
import { epochLength } from './observe.js'
import { sampleOf } from './sample.js'

/** Settings of `Proper_Fitting` and `Corrupted_Labels`; the numbers of the latter are assumed. */
const settings = {
  batch: 16,
  steps: 100,
  mostMislabelled: 0.05,
  /** Mean error of a regression. */
  mostError: 0.001,
  zeroLoss: 1e-8,
  smallLoss: 1e-5,
  smooth: 0.95,
  /** Losses behind so many epochs must have a variance. */
  warmUp: 3,
  leastVariance: 1e-2,
  /** The check ends well when the loss improves by so much, so many times in a row, or at once. */
  improvement: 0.01,
  patience: 5,
}

/**
 * Whether a few examples can be learnt by heart. Known defects: a loss that reaches 0 is reported, though it is what
 * is wanted; and the comparison with zeroed inputs behind it is never reached, so that it is not made here either.
 */
export async function checkFit(
  examination: Examination,
  labels: LabelKind,
  findings: Findings,
): Promise<void> {
  const program = await examination.open()
  const batch = sampleOf(examination, program, labels, settings.batch)
  const losses: number[] = []
  let best = labels === 'numbers' ? Infinity : 0
  const underfits = () =>
    findings.add('underfitting', 'a few examples are not learnt by heart', [
      'learning-rate-too-low',
      'learning-rate-too-high',
      'too-little-capacity',
      'wrong-loss',
      'over-regularized',
      'weights-not-updated',
      'gradient-sign',
      'no-gradient',
    ])
  try {
    for (let step = 0; step < settings.steps; step++) {
      const last = step === settings.steps - 1
      // The best of all steps; looked at in every tenth.
      if (step % 10 === 9 || last) {
        best =
          labels === 'numbers'
            ? Math.min(best, errorOf(program, batch))
            : Math.max(best, accuracyOf(program, batch, labels)!)
      }
      losses.push(await stepOn(program, batch))
      if (Number.isFinite(losses.at(-1))) continue
      findings.add('infinite loss', 'the loss is not finite', [
        'diverging-loss',
        'exploding-gradients',
        'non-finite-data',
      ])
      return underfits()
    }
  } finally {
    disposeExamples(batch)
  }
  if (labels === 'numbers' ? best > settings.mostError : 1 - best > settings.mostMislabelled) underfits()
  const least = Math.min(...losses)
  if (least <= settings.zeroLoss || (least <= settings.smallLoss && smoothnessOf(losses) > settings.smooth))
    findings.add('zero loss', 'the loss reaches 0', [
      'under-regularized',
      'target-leak',
      'gradient-sign',
      'wrong-loss',
    ])
}

async function stepOn(program: Trainable, batch: Examples): Promise<number> {
  const loss = await callStep(program, batch)
  const value = loss.dataSync()[0]!
  loss.dispose()
  return value
}

/** Mean squared error of the first output; infinite when the labels do not fit it. */
export const errorOf = (program: Trainable, batch: Examples): number =>
  tf.tidy(() => {
    const output = [program.predict(batch.xs)].flat()[0]!
    const labels = tensorsOf(batch.ys, program.outputNames)[0]!
    if (output.size !== labels.size) return Infinity
    return tf.mean(tf.squaredDifference(output.flatten(), labels.toFloat().flatten())).dataSync()[0]!
  })

/** Share of steps at which the loss goes on in the direction it had. */
export function smoothnessOf(losses: number[]): number {
  const rises = losses.slice(1).map((loss, i) => loss / losses[i]! > 1)
  const turns = rises.slice(1).filter((rise, i) => rise !== rises[i]).length
  return losses.length === 0 ? 1 : (losses.length - turns) / losses.length
}

/** Losses that stay what they are tell of labels that do not belong to the inputs. */
export async function checkLabels(examination: Examination, findings: Findings): Promise<void> {
  const { data, steps, batchSize, seed, shuffle } = examination
  const program = await examination.open()
  const length = epochLength(examination)
  const batches = minibatches(data.train, { batchSize, seed, shuffle })
  const losses: number[] = []
  let patience = settings.patience
  try {
    for (let step = 0; step < steps; step++) {
      const loss = await callStep(program, batches.next())
      const value = loss.dataSync()[0]!
      loss.dispose()
      if (step % length !== 0) continue
      if (!Number.isFinite(value) || value === 0) return
      losses.push(value)
      if (losses.length < 3) continue
      const gained = (losses.at(-2)! - value) / value
      patience =
        gained >= settings.improvement
          ? patience - Math.floor(gained / settings.improvement)
          : settings.patience
      if (patience <= 0) return
    }
  } finally {
    batches.dispose()
  }
  if (variance(losses.slice(settings.warmUp)) <= settings.leastVariance) {
    findings.add('labels', 'the loss does not change over the epochs: labels may be corrupted', [
      'labels-independent-of-inputs',
      'label-noise',
      'inputs-ignored',
    ])
  }
}
