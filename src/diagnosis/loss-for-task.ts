import type { InitOutput } from '../statistics/init-loss.js'
import { areOneHot } from '../statistics/rows.js'
import type { Cause } from './cause.js'

/** Losses whose gradient is the same for a wrong class as for a nearly right one, or that compare orders of magnitude. */
const notForClasses = /^(meanAbsoluteError|meanAbsolutePercentageError|meanSquaredLogarithmicError)$/

/**
 * A loss for quantities on labels that are classes. The absolute error of a softmax hardly learns rare or hard classes
 * (Zhang and Sabuncu, NeurIPS 2018); the squared error (Brier, 1950) does learn and is not named here.
 */
export function lossForQuantities({ loss, labels }: InitOutput): Cause | undefined {
  if (!loss || !notForClasses.test(loss.kind) || labels.width < 2 || !areOneHot(labels)) return undefined
  return {
    name: 'wrong-loss',
    evidence: `the labels are ${labels.width} classes, one-hot, and the loss is ${loss.kind}, a distance between quantities`,
    fix: "use loss: 'categoricalCrossentropy' with a softmax",
  }
}
