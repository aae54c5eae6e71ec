import { formatNumber } from '../figures/number.js'
import type { BaseRateGap } from '../statistics/base-rate.js'
import type { Cause } from './cause.js'

const mostListed = 12

/** A last layer whose bias is not at the base rate, with the values to set. */
export function causeOfBias(
  { kind, loss, start, constant, equal, bias }: BaseRateGap,
  output?: number,
): Cause {
  const rule = {
    crossEntropy: /^(binary|sigmoid)/.test(loss)
      ? 'log(p / (1 - p)) of the positives'
      : 'log p of each class',
    quantity: loss === 'meanSquaredError' ? 'mean(y)' : 'the middle of y',
  }[kind]
  const listed = bias.slice(0, mostListed).map(formatNumber).join(', ')
  const values = bias.length > mostListed ? `${listed} …` : listed
  const setting =
    bias.length === 1 || bias.every((value) => value === bias[0])
      ? `biasInitializer: tf.initializers.constant({ value: ${formatNumber(bias[0]!)} })`
      : `layer.setWeights([kernel, tf.tensor1d([${values}])])`
  return {
    name: 'output-bias-off-base-rate',
    evidence: `an unbiased start costs ${formatNumber(equal)}, the base rate of the labels ${formatNumber(constant)}, the mean first prediction ${formatNumber(start)}`,
    fix: `start the bias of the last layer${output === undefined ? '' : ` of output ${output}`} at ${rule}: ${setting}`,
  }
}
