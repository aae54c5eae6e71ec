import { formatNumber, formatPercent } from '../figures/number.js'
import { isOnlyOffset, lineOf } from '../statistics/straight-line.js'
import type { Cause } from './cause.js'
import type { OverfitEvidence } from './overfit-evidence.js'

/** The loss is content, and predictions are the labels but for a constant: it is added on one way only. */
export function offsetPredictions({ fitted = [] }: OverfitEvidence): Cause[] {
  return fitted.flatMap(({ loss, labels, predictions }): Cause[] => {
    const line = loss ? undefined : lineOf(labels, predictions)
    if (!line || !isOnlyOffset(line)) return []
    return [
      {
        name: 'eval-mode',
        evidence: `the predictions explain ${formatPercent(line.explained)} of the labels, but lie ${formatNumber(line.offset)} off: predict() is not what the loss sees`,
        fix: 'what step() takes off the labels, such as their mean, predict() has to add again: one function for both',
      },
    ]
  })
}
