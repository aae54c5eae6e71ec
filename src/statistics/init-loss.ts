import { bestConstantLoss } from './constant-predictor.js'
import {
  isCategorical,
  type LossDescription,
  lossOfRows,
  meanOfRows,
  type Rows,
  reductionFactor,
} from './losses.js'

/** Labels, first predictions and loss of one output. */
export interface InitOutput {
  loss: LossDescription | undefined
  labels: Rows
  predictions: Rows
}

/** The losses a fresh program may have. */
export interface InitLossRange {
  expected: number
  low: number
  high: number
}

const crossEntropyTolerance = 0.5
const otherTolerance = 9
/**
 * The excess of a fresh cross-entropy over log C is half the variance of the logits, whatever C: for few classes
 * the slack is that for ten. Linear softmax regression with standard normal inputs needs it.
 */
const leastCrossEntropy = Math.log(10)

/**
 * The exact loss when the last layer is zero and all predictions are equal, summed over the outputs: log C for
 * cross-entropies over C classes, log 2 for yes/no labels, otherwise the loss of the constant that the head then
 * predicts (`predictions`). Undefined when a loss is unknown.
 */
export function zeroHeadLoss(outputs: readonly InitOutput[]): number | undefined {
  return sumOf(outputs, ({ loss, labels, predictions }) => {
    if (!loss) return undefined
    const constant = isCrossEntropy(loss) ? equalPrediction(loss, labels.width) : predictions
    return (
      acceptedFactor(loss, labels.width) * meanOfRows(lossOfRows(loss.kind, labels, constant), labels.weights)
    )
  })
}

/** The loss of the predictions, summed over the outputs. Undefined when a loss is unknown. */
export function lossOfOutputs(outputs: readonly InitOutput[]): number | undefined {
  return sumOf(outputs, ({ loss, labels, predictions }) => {
    if (!loss) return undefined
    const rows = lossOfRows(loss.kind, labels, predictions)
    return reductionFactor(loss, labels.rows, labels.width) * meanOfRows(rows, labels.weights)
  })
}

/**
 * Reductions that are a convention, not a fault: yes/no and regression losses are summed over the features in
 * many autoencoders, and textbooks take half of the squared error. A sum over the batch makes the learning rate depend on the batch size: not accepted.
 */
function acceptedFactor(loss: LossDescription, width: number): number {
  const { kind, reduction, constant = 1 } = loss
  if (reduction === 'times a constant') {
    return isOrdinaryConstant(constant) ? constant : 1
  }
  if (reduction === 'half') return 0.5
  return reduction === 'sum over the features' && !isCategorical(kind) ? width : 1
}

/** Weights of losses are a matter of taste within this factor; beyond it they amount to another learning rate. */
const largestConstant = 20

export const isOrdinaryConstant = (constant: number): boolean =>
  constant >= 1 / largestConstant && constant <= largestConstant

/**
 * The range for the loss of a fresh program. Cross-entropies: `expected` is log C (or log 2); a program whose
 * output bias is set to the class frequencies starts lower, at their entropy at the least. Other losses: the
 * loss of predicting 0, with room for the variance of the first predictions.
 * Undefined when nothing is given and a loss is unknown.
 */
export function initLossRange(
  outputs: readonly InitOutput[],
  given: { expected?: number | undefined; tolerance?: number | undefined },
): InitLossRange | undefined {
  const entropies = outputs.every(({ loss }) => loss !== undefined && isCrossEntropy(loss))
  const alike = entropies || outputs.some(({ loss }) => !loss)
  const tolerance = given.tolerance ?? (alike ? crossEntropyTolerance : otherTolerance)
  // Only the default knows a least slack; a tolerance that was given is a share of the expected loss.
  const least = given.tolerance !== undefined ? 0 : alike ? leastCrossEntropy : 1
  const slackOf = (loss: number) => tolerance * Math.max(Math.abs(loss), least * outputs.length)
  if (given.expected !== undefined) {
    const { expected } = given
    return { expected, low: expected - tolerance * Math.abs(expected), high: expected + slackOf(expected) }
  }
  const expected = sumOf(outputs, ({ loss, labels }) => {
    const prediction = loss && equalPrediction(loss, labels.width)
    return (
      prediction &&
      acceptedFactor(loss, labels.width) *
        meanOfRows(lossOfRows(loss.kind, labels, prediction), labels.weights)
    )
  })
  const constant = sumOf(
    outputs,
    ({ loss, labels }) => loss && acceptedFactor(loss, labels.width) * bestConstantLoss(loss.kind, labels),
  )
  if (expected === undefined || constant === undefined) return undefined
  return {
    expected,
    low: entropies ? constant * Math.max(0, 1 - tolerance) : -Infinity,
    high: Math.abs(expected) + slackOf(expected),
  }
}

/** The prediction that treats classes, or signs, alike: 1 / C, 1 / 2, or 0 for scores and quantities. */
function equalPrediction({ kind }: LossDescription, width: number): Rows {
  const value =
    kind === 'categoricalCrossentropy' || kind === 'kullbackLeiblerDivergence'
      ? 1 / width
      : kind === 'binaryCrossentropy'
        ? 0.5
        : 0
  return { values: new Float64Array(width).fill(value), rows: 1, width }
}

export function isCrossEntropy({ kind }: LossDescription): boolean {
  return (
    kind === 'binaryCrossentropy' ||
    kind === 'sigmoidCrossEntropy' ||
    (isCategorical(kind) && kind !== 'categoricalHinge')
  )
}

function sumOf(
  outputs: readonly InitOutput[],
  value: (output: InitOutput) => number | undefined,
): number | undefined {
  let sum = 0
  for (const output of outputs) {
    const one = value(output)
    if (one === undefined) return undefined
    sum += one
  }
  return sum
}
