import type * as tf from '@tensorflow/tfjs'
import { formatNumber } from '../figures/number.js'
import {
  type InitLossRange,
  type InitOutput,
  initLossRange,
  isCrossEntropy,
} from '../statistics/init-loss.js'
import { takesLogits } from '../statistics/losses.js'
import { finalActivation } from '../training/layers.js'
import type { Mixing } from '../training/mixing.js'
import type { TensorGroup } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { inputScale } from './input-scale.js'
import { lossForQuantities } from './loss-for-task.js'
import { causeOfReduction } from './loss-reduction.js'
import { headPredictsOutOfRange } from './output-range.js'
import { causesOfScale } from './scale.js'
import type { WeightScale } from './weight-scale.js'

/** Everything the check of the initial loss measured. */
export interface InitLossEvidence {
  loss: number
  range: InitLossRange
  /** What the loss must be when all predictions are equal. */
  exact: number | undefined
  /** What it is with the last layer zeroed. */
  zeroHead: number | undefined
  outputs: readonly InitOutput[]
  mixed: Mixing | undefined
  inputs: TensorGroup
  layers: readonly tf.layers.Layer[] | undefined
  /** The first weights that are far too large, if any. */
  weights: WeightScale | undefined
  examples: number
}

/** Causes of a wrong loss at initialisation, most likely first. The number names the fault. */
export function diagnoseInitLoss(evidence: InitLossEvidence): Cause[] {
  const mixed = examplesMixed(evidence)
  // A softmax over the batch leaves rows that do not sum to 1: one fault, not two.
  if (mixed.length > 0) return [...mixed, ...reductionOfLoss(evidence)]
  const certain = [headOutOfRange, lossOfTask, reductionOfLoss, signatureOfNumber].flatMap((rule) =>
    rule(evidence),
  )
  const causes = certain.length > 0 ? certain : scaleOfPredictions(evidence)
  return causes.filter((cause, i) => causes.findIndex(({ name }) => name === cause.name) === i)
}

function examplesMixed({ mixed }: InitLossEvidence): Cause[] {
  if (!mixed) return []
  return [
    {
      name: 'examples-mixed',
      evidence: `leaving out half of the batch changed the predictions of the other half by up to ${formatNumber(mixed.difference)}`,
      fix: 'let no operation run along the batch axis (axis 0): softmax({ axis: -1 }), normalise over features, transpose instead of reshape',
    },
  ]
}

function headOutOfRange({ outputs, layers }: InitLossEvidence): Cause[] {
  const activation = outputs.length === 1 ? finalActivation(layers) : undefined
  return outputs.flatMap((output) => headPredictsOutOfRange(output, activation) ?? [])
}

const lossOfTask = ({ outputs }: InitLossEvidence): Cause[] =>
  outputs.flatMap((output) => lossForQuantities(output) ?? [])

function reductionOfLoss({ outputs }: InitLossEvidence): Cause[] {
  return outputs.flatMap(({ loss }) => (loss ? causeOfReduction(loss) : []))
}

/** Numbers that a known mistake produces, for a single cross-entropy output. */
function signatureOfNumber({ loss, zeroHead, range, outputs, examples }: InitLossEvidence): Cause[] {
  const [output] = outputs
  if (outputs.length !== 1 || !output?.loss || !isCrossEntropy(output.loss)) return []
  const classes = output.labels.width
  const measured = zeroHead ?? loss
  const near = (value: number) => Math.abs(measured - value) <= (zeroHead === undefined ? 0.05 : 1e-3) * value
  const wrong = zeroHead === undefined ? loss < range.low || loss > range.high : !near(Math.log(classes))
  const causes: Cause[] = []
  if (wrong && classes > 1) {
    if (near(Math.log(classes) / classes)) {
      causes.push(
        reduction(
          measured,
          `log(${classes}) / ${classes}: a mean over the classes as well as over the batch`,
        ),
      )
    } else if (near(examples * Math.log(classes))) {
      causes.push(reduction(measured, `${examples} · log(${classes}): a sum over the batch of ${examples}`))
    } else if (examples !== classes && near(Math.log(examples))) {
      causes.push({
        name: 'examples-mixed',
        evidence: `the loss ${formatNumber(measured)} is log(${examples}), the batch size, instead of log(${classes}), the number of classes: the softmax runs over the batch`,
        fix: 'apply softmax over the last axis: tf.softmax(logits, -1)',
      })
    } else if (near(Math.log(classes) * Math.LOG2E)) {
      causes.push({
        name: 'wrong-loss',
        evidence: `the loss ${formatNumber(measured)} is log2(${classes}): logarithm to base 2`,
        fix: 'use the natural logarithm',
      })
    }
  }
  for (const wanted of [classes - 1, classes + 1]) {
    if (wanted > 1 && Math.abs(range.expected - Math.log(wanted)) < 1e-3 * Math.log(wanted)) {
      causes.push({
        name: 'label-shape',
        evidence: `log(${wanted}) was expected, but labels and predictions have ${classes} classes`,
        fix: `make the one-hot depth and the number of units of the last layer ${wanted}, or expect Math.log(${classes})`,
      })
    }
  }
  return causes
}

function reduction(measured: number, what: string): Cause {
  return {
    name: 'loss-reduction',
    evidence: `the loss ${formatNumber(measured)} is ${what}`,
    fix: 'sum over the classes of an example, then take the mean over the batch',
  }
}

/** A loss that the loss function itself explains: too low, as expected after all, or extreme first predictions. */
function scaleOfPredictions({ loss, range, inputs, weights, outputs }: InitLossEvidence): Cause[] {
  const derived = initLossRange(outputs, {})
  if (derived && loss >= derived.low && loss <= derived.high) {
    return [
      {
        name: 'wrong-loss',
        evidence: `this loss with these labels starts near ${formatNumber(derived.expected)}, as it does here; the ${formatNumber(range.expected)} that was expected belongs to another loss or another number of classes`,
        fix: `expect ${formatNumber(derived.expected)}, or leave the number out: it is derived from the loss and the labels`,
      },
    ]
  }
  if (loss < (derived ?? range).low) {
    return [
      {
        name: 'target-leak',
        evidence: `before any training the loss ${formatNumber(loss)} is far below ${derived ? 'what the best constant prediction reaches' : `the ${formatNumber(range.expected)} expected`}: the labels may be among the inputs, or the model is trained already`,
        fix: 'look at the inputs for a column that holds the label; give a fresh model, not a trained one',
      },
    ]
  }
  const causes = causesOfScale(inputScale(inputs), weights)
  if (causes.length > 0) return causes
  const saturated =
    loss > 10 && outputs.some(({ loss: kind }) => kind && isCrossEntropy(kind) && !takesLogits(kind.kind))
  return [
    {
      name: 'init-too-large',
      evidence: `the first predictions are ${saturated ? 'saturated' : 'far from equal'}: the loss ${formatNumber(loss)} is ${formatNumber(loss / range.expected)} times the expected ${formatNumber(range.expected)}`,
      fix: 'make the last layer start small: a smaller kernelInitializer for it, and no large factor before the output',
    },
  ]
}
