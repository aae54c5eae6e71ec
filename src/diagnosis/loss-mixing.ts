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
  const lossOf = (start: number, length: number) => lossOfPart(program, batch, start, length)
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

/** Examples that are looked at one by one. */
const mostRows = 16

/**
 * Whether the loss of a batch is the mean of the losses of its examples, each alone. A loss that pairs predictions with
 * labels of other examples is not: alone, an example has only its own.
 */
export function lossIsMeanOfRows(program: Trainable, batch: Examples): boolean {
  const count = Math.min(mostRows, countExamples(batch))
  const lossOf = (start: number, length: number) => lossOfPart(program, batch, start, length)
  const rows = Array.from({ length: count }, (_, i) => lossOf(i, 1))
  const mean = rows.reduce((sum, value) => sum + value, 0) / count
  const size = Math.max(...rows.map(Math.abs))
  return Math.abs(lossOf(0, count) - mean) <= roundingOfRows * size
}

const roundingOfRows = 1e-5

function lossOfPart(program: Trainable, batch: Examples, start: number, length: number): number {
  const part = sliceExamples(batch, start, length)
  const loss = program.loss(part)
  const value = loss.dataSync()[0]!
  loss.dispose()
  disposeExamples(part)
  return value
}
