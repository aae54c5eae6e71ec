import { formatNumber } from '../figures/number.js'
import { type InitOutput, isCrossEntropy } from '../statistics/init-loss.js'
import { isCategorical, type Rows, takesLogits } from '../statistics/losses.js'
import type { Cause } from './cause.js'

const activationRanges: Record<string, readonly [number, number]> = {
  sigmoid: [0, 1],
  softmax: [0, 1],
  hardSigmoid: [0, 1],
  tanh: [-1, 1],
  softsign: [-1, 1],
  relu: [0, Infinity],
  relu6: [0, 6],
  softplus: [0, Infinity],
}

/** Predictions that the loss cannot use as they are: probabilities where it takes scores, or the other way round. */
export function headPredictsOutOfRange(
  { loss, labels, predictions }: InitOutput,
  activation?: string,
): Cause | undefined {
  if (!loss) return undefined
  const { low, high, sumsToOne, constant } = shapeOfPredictions(predictions)
  const isSigmoid = activation === 'sigmoid' || activation === 'hardSigmoid'
  if (loss.kind === 'categoricalCrossentropy' && labels.width > 1 && !sumsToOne && !isSigmoid) {
    return {
      name: 'missing-softmax',
      evidence: `${loss.sparse ? 'sparseCategoricalCrossentropy' : loss.kind} takes probabilities that sum to 1, but predictions range from ${formatNumber(low)} to ${formatNumber(high)}`,
      fix: "give the last layer activation: 'softmax', or use a loss that takes logits (tf.losses.softmaxCrossEntropy)",
    }
  }
  if (loss.kind === 'binaryCrossentropy') {
    if (predictions.width === 1 && constant && low > 1 - 1e-6 && !isSigmoid) {
      return {
        name: 'wrong-output-activation',
        evidence: 'the single output is the constant 1: a softmax over one unit is always 1',
        fix: "use activation: 'sigmoid' for one unit, or two units with softmax and categoricalCrossentropy",
      }
    }
    if (low < 0 || high > 1) {
      return {
        name: 'wrong-output-activation',
        evidence: `binaryCrossentropy takes probabilities, but predictions range from ${formatNumber(low)} to ${formatNumber(high)}`,
        fix: "give the last layer activation: 'sigmoid', or use tf.losses.sigmoidCrossEntropy on logits",
      }
    }
  }
  if (loss.kind === 'sigmoidCrossEntropy' && isSigmoid) {
    return {
      name: 'wrong-output-activation',
      evidence: `the loss applies a sigmoid itself, and the predictions it gets (${formatNumber(low)} to ${formatNumber(high)}) come out of a sigmoid already`,
      fix: "remove activation: 'sigmoid' from the last layer, or use binaryCrossentropy",
    }
  }
  if (
    takesLogits(loss.kind) &&
    isCategorical(loss.kind) &&
    predictions.width > 1 &&
    (isSigmoid || activation === 'tanh')
  ) {
    return {
      name: 'wrong-output-activation',
      evidence: `the loss applies a softmax itself to scores of any size, and the ${activation} of the last layer keeps them between ${formatNumber(activationRanges[activation!]![0])} and 1: no class can become likely`,
      fix: `remove activation: '${activation}' from the last layer`,
    }
  }
  if (takesLogits(loss.kind)) {
    if (isCategorical(loss.kind) && sumsToOne && low >= 0 && predictions.width > 1) {
      return {
        name: 'redundant-softmax',
        evidence: 'the loss applies a softmax itself, and the predictions it gets sum to 1 already',
        fix: "remove activation: 'softmax' from the last layer, or use categoricalCrossentropy",
      }
    }
  }
  const range = activation && activationRanges[activation]
  if (range && !isCrossEntropy(loss)) {
    const [smallest, largest] = [minimum(labels), maximum(labels)]
    if (smallest < range[0] - 1e-6 || largest > range[1] + 1e-6) {
      return {
        name: 'wrong-output-activation',
        evidence: `targets range from ${formatNumber(smallest)} to ${formatNumber(largest)}, which ${activation} (${formatNumber(range[0])} to ${formatNumber(range[1])}) cannot reach`,
        fix: 'use a linear last layer for regression, or scale the targets into the range of its activation',
      }
    }
  }
  return undefined
}

/** Share of the targets' variance that lies where the activation of the last layer cannot reach. */
export function unreachableShare({ loss, labels }: InitOutput, activation?: string): number {
  const range = activation && activationRanges[activation]
  if (!range || !loss || isCrossEntropy(loss)) return 0
  let [excess, sum, squares] = [0, 0, 0]
  for (let i = 0; i < labels.values.length; i++) {
    const value = labels.values[i]!
    excess += Math.max(range[0] - value, value - range[1], 0) ** 2
    sum += value
    squares += value ** 2
  }
  const variance = squares - sum ** 2 / labels.values.length
  return variance > 0 ? excess / variance : 0
}

function shapeOfPredictions(predictions: Rows) {
  const { values, rows, width } = predictions
  let sumsToOne = true
  let constant = true
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let k = 0; k < width; k++) {
      sum += values[row * width + k]!
      if (values[row * width + k] !== values[k]) constant = false
    }
    if (!(Math.abs(sum - 1) <= 1e-3)) sumsToOne = false
  }
  return { low: minimum(predictions), high: maximum(predictions), sumsToOne, constant }
}

function minimum({ values }: Rows): number {
  let result = Infinity
  for (let i = 0; i < values.length; i++) result = Math.min(result, values[i]!)
  return result
}

function maximum({ values }: Rows): number {
  let result = -Infinity
  for (let i = 0; i < values.length; i++) result = Math.max(result, values[i]!)
  return result
}
