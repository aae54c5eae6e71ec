import { formatNumber } from '../figures/number.js'
import { countExamples, disposeExamples, sliceExamples } from '../training/examples.js'
import type { Examples, Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'

/**
 * A mean loss of a batch is the mean of the losses of its halves, a sum their sum. A custom loss for which neither
 * holds pairs the prediction of one example with the label of another, as [n] broadcast against [n, 1] does.
 */
export function lossMixesExamples(program: Trainable, batch: Examples): Cause[] {
  const count = countExamples(batch) & ~1
  if (count < 2) return []
  const lossOf = (start: number, length: number) => {
    const part = sliceExamples(batch, start, length)
    const loss = program.loss(part)
    const value = loss.dataSync()[0]!
    loss.dispose()
    disposeExamples(part)
    return value
  }
  const whole = lossOf(0, count)
  const halves = lossOf(0, count / 2) + lossOf(count / 2, count / 2)
  const isClose = (value: number) => Math.abs(whole - value) <= 1e-3 * Math.max(Math.abs(whole), 1e-6)
  if (!Number.isFinite(whole) || isClose(halves / 2) || isClose(halves)) return []
  return [
    {
      name: 'label-shape',
      evidence: `the loss of ${count} examples is ${formatNumber(whole)}, the mean of its halves ${formatNumber(halves / 2)}: the custom loss pairs predictions with labels of other examples`,
      fix: 'give labels and predictions one and the same shape: [n, 1] against [n] is broadcast to [n, n]',
    },
  ]
}
