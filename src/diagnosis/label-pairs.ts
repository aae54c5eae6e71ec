import * as tf from '@tensorflow/tfjs'
import { countExamples, disposeExamples, gatherExamples, isTensor, tensorsOf } from '../training/examples.js'
import { lossOf } from '../training/measure.js'
import { predictValues, type Values } from '../training/probe.js'
import { mixSeed, permutation } from '../training/seed.js'
import type { Examples, TensorGroup, Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { lossIsMeanOfRows } from './loss-mixing.js'

/** Labels dealt out anew this often; by chance alone not one of so many deals leaves a loss as it is. */
export const deals = 4
/** Predictions and labels vary enough to be told apart, relative to their size. */
const leastSpread = 0.01
/** Dealing labels out anew moves a loss by about the product of the spreads: next to its size that has to show. */
const leastProduct = 1e-2
const rounding = 1e-5

/**
 * Which label belongs to which example matters. True for a loss that depends on the labels, but stays the same when they
 * are dealt out to other examples. A distance does so too while all labels are beyond all predictions: it must stay the
 * same with labels among the predictions as well. `predictions`: those for the examples, where they are known.
 */
export function labelsAreInterchangeable(
  program: Trainable,
  examples: Examples,
  {
    loss,
    seed,
    predictions = predictValues(program, examples.xs),
  }: { loss: number; seed: number; predictions?: readonly Values[] },
): boolean {
  const count = countExamples(examples)
  const labels = tensorsOf(examples.ys).map((tensor) => ({ values: tensor.dataSync() }))
  const spreads = [predictions, labels].map((part) => spreadOf(part, count))
  if (spreads.includes(0) || spreads[0]! * spreads[1]! < leastProduct * Math.abs(loss)) return false
  const ordersTell = (of: Examples, base: number, scale: number) => {
    const same = (order: Int32Array) =>
      Math.abs(lossWithLabelsOf(program, of, order) - base) <= rounding * scale
    for (let deal = 0; deal < deals; deal++)
      if (!same(permutation(count, mixSeed(seed, 'deal', deal)))) return true
    // A loss without labels (of an autoencoder by hand, say) has no pairs.
    return same(new Int32Array(count)) && same(new Int32Array(count).fill(count - 1))
  }
  if (ordersTell(examples, loss, Math.abs(loss))) return false
  const among = labelsAmongPredictions(examples.ys, predictions, count)
  if (!among) return true
  try {
    const moved = { ...examples, ys: among }
    const base = lossOf(program, moved)
    return !Number.isFinite(base) || !ordersTell(moved, base, Math.max(Math.abs(base), spreads[0]!))
  } finally {
    among.dispose()
  }
}

function lossWithLabelsOf(program: Trainable, examples: Examples, order: Int32Array): number {
  const dealt = gatherExamples({ xs: examples.ys, ys: examples.ys }, order)
  const value = lossOf(program, { ...examples, ys: dealt.ys })
  disposeExamples(dealt)
  return value
}

/** The prediction for the next example as a label; undefined where labels are no single tensor of that many numbers. */
function labelsAmongPredictions(
  ys: TensorGroup,
  predictions: readonly Values[],
  count: number,
): tf.Tensor | undefined {
  const [only, ...others] = predictions
  if (!isTensor(ys) || !only || others.length > 0 || ys.size !== only.values.length) return undefined
  const width = ys.size / count
  const next = Float32Array.from(only.values, (_, i) => only.values[(i + width) % ys.size]!)
  return tf.tensor(next, ys.shape, 'float32')
}

/** How far values are apart between examples; 0 where that is little next to their size. */
function spreadOf(outputs: ReadonlyArray<{ values: ArrayLike<number> }>, count: number): number {
  return Math.max(
    ...outputs.map(({ values }) => {
      const width = values.length / count
      let [spread, size] = [0, 0]
      for (let i = 0; i < values.length; i++) {
        spread = Math.max(spread, Math.abs(values[i]! - values[i % width]!))
        size = Math.max(size, Math.abs(values[i]!))
      }
      return spread > leastSpread * size ? spread : 0
    }),
  )
}

/** mean(y − p): each example has a loss of its own, to which its label is only added. */
export function labelsOnlyAdded(program: Trainable, examples: Examples, seed: number): Cause[] {
  const loss = lossOf(program, examples)
  const added =
    countExamples(examples) > 1 &&
    labelsAreInterchangeable(program, examples, { loss, seed }) &&
    lossIsMeanOfRows(program, examples)
  return added ? [causeOfAddedLabels] : []
}

export const causeOfAddedLabels: Cause = {
  name: 'wrong-loss',
  evidence:
    'each example has a loss of its own, yet their mean is the same whichever of them gets which label: labels are only added to it, so no gradient depends on them',
  fix: 'compare each prediction with its label: take the square, the absolute value or the logarithm before the mean, as tf.losses.meanSquaredError does',
}
