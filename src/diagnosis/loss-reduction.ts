import { formatNumber } from '../figures/number.js'
import { isOrdinaryConstant } from '../statistics/init-loss.js'
import { isCategorical, type LossDescription } from '../statistics/losses.js'
import type { Cause } from './cause.js'

/** What is wrong with the way a loss becomes one number; nothing for a mean over the batch. */
export function causeOfReduction({ kind, reduction, constant = 1 }: LossDescription): Cause[] {
  switch (reduction) {
    case 'mean':
      return []
    case 'negated':
      return [
        {
          name: 'gradient-sign',
          evidence: `the loss is ${kind} with its sign flipped: training makes the predictions worse`,
          fix: 'return the loss itself, without tf.neg or the minus sign',
        },
      ]
    case 'logarithm to base 2':
      return [
        {
          name: 'wrong-loss',
          evidence: `the loss is 1.4427 times ${kind}: it takes logarithms to base 2`,
          fix: 'use the natural logarithm (tf.log), as every standard loss does',
        },
      ]
    case 'times a constant':
      return isOrdinaryConstant(constant)
        ? []
        : [
            {
              name: 'loss-reduction',
              evidence: `the loss is ${formatNumber(constant)} times ${kind}: gradients, and with them the steps of SGD, are that much ${constant < 1 ? 'smaller' : 'larger'}`,
              fix: 'take the mean over the batch once, and no other factor: a mean over classes or a division by the batch size was applied as well',
            },
          ]
    default:
      if (reduction === 'half' || (reduction === 'sum over the features' && !isCategorical(kind))) return []
      return [
        {
          name: 'loss-reduction',
          evidence: `the loss is ${kind} with a ${reduction} instead of the mean over the batch`,
          fix: 'take the mean over the batch: tf.mean(loss), or return one loss per example and let TensorFlow.js average',
        },
      ]
  }
}
