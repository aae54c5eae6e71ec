import * as tf from '@tensorflow/tfjs'
import { formatNumber } from '../figures/number.js'
import { isRegression } from '../statistics/losses.js'
import { neighbourAgreement } from '../statistics/neighbour-agreement.js'
import { areOneHot } from '../statistics/rows.js'
import { countExamples, tensorsOf } from '../training/examples.js'
import type { Examples } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { inputScale } from './input-scale.js'
import type { OverfitEvidence } from './overfit-evidence.js'

/** What may be behind a batch that nothing fits, where neither numbers nor experiments decide: weaker evidence. */
export function leadsOf(evidence: OverfitEvidence): Cause[] {
  return [
    ...constantFeatures(evidence.batch),
    ...equalPredictions(evidence),
    ...otherLoss(evidence),
    ...unrelatedLabels(evidence),
  ]
}

/** Features of a table, most of which never change. Pictures and sequences have borders and padding. */
export function constantFeatures({ xs }: Examples): Cause[] {
  const [table, ...others] = tensorsOf(xs)
  if (!table || others.length > 0 || table.rank !== 2 || table.shape[1]! > 64) return []
  const constant = tf.tidy(() => {
    const values = table.toFloat()
    return tf.sum(tf.equal(tf.max(values, 0), tf.min(values, 0))).dataSync()[0]!
  })
  const features = table.shape[1]!
  if (constant === 0 || 2 * constant < features) return []
  return [
    {
      name: 'constant-inputs',
      evidence: `${constant} of ${features} input features are the same for all of ${table.shape[0]} examples`,
      fix: 'look at the inputs just before the model: a column index that is always the same, a join that found nothing, a slice of the wrong axis',
    },
  ]
}

/** A fresh program that predicts the same for every example, to the last bit. */
function equalPredictions({ outputs, batch }: OverfitEvidence): Cause[] {
  const equal = outputs.every(({ predictions: { values, rows, width } }) => {
    for (let i = width; i < rows * width; i++) if (values[i] !== values[i % width]) return false
    return rows > 1
  })
  if (!equal || inputScale(batch.xs).deviation === 0) return []
  return [
    {
      name: 'inputs-ignored',
      evidence:
        'the first predictions are the same for every example to the last bit, though the inputs differ',
      fix: 'follow one example through the layers: look for a multiplication by zero, a dead relu, a slice or a mean that leaves nothing of the inputs',
    },
  ]
}

/** A loss for quantities where the labels are decisions, on a program that did not get them right. */
function otherLoss({ outputs }: OverfitEvidence): Cause[] {
  return outputs.flatMap(({ loss, labels }) => {
    if (!loss || !isRegression(loss.kind)) return []
    const yesNo = labels.width === 1 && Array.from(labels.values).every((value) => value === 0 || value === 1)
    if (!yesNo && (labels.width < 2 || !areOneHot(labels))) return []
    return [
      {
        name: 'wrong-loss' as const,
        evidence: `the labels are ${yesNo ? 'yes and no' : `${labels.width} classes, one-hot`}, and the loss is ${loss.kind}, whose gradient vanishes where the output is sure of a wrong answer`,
        fix: yesNo
          ? "use loss: 'binaryCrossentropy' with a sigmoid"
          : "use loss: 'categoricalCrossentropy' with a softmax",
      },
    ]
  })
}

/** With fewer, neighbours may disagree by chance. */
const enoughToTell = 50

/** Nearest neighbours that agree in their labels no more often than any two examples: labels and inputs are strangers. */
function unrelatedLabels({ batch, run, goal }: OverfitEvidence): Cause[] {
  // Whoever learns half of them finds them in the inputs.
  const best = Math.min(...run.losses.filter(Number.isFinite))
  if (goal.constant === undefined || best < (goal.constant + goal.floor) / 2) return []
  const found = countExamples(batch) < enoughToTell ? undefined : neighbourAgreement(batch)
  if (!found || found.surprise > 2) return []
  return [
    {
      name: 'labels-independent-of-inputs',
      evidence: found.evidence,
      fix: 'check that xs and ys were shuffled together and are in the same order; look at a few examples with their labels',
    },
  ]
}

/** A loss that falls by so much of itself gets what it asks for. */
const fell = 0.5

/** Nothing else is known than how far the loss came. `triedAdam`: with another optimizer, too. */
export function whereTheLossStays({ run, goal, batch, outputs }: OverfitEvidence, triedAdam: boolean): Cause {
  const best = Math.min(...run.losses.filter(Number.isFinite))
  const scale = inputScale(batch.xs)
  if (run.end === 'non-finite') {
    return {
      name: 'diverging-loss',
      evidence: `the loss was ${formatNumber(run.losses[0]!)} at the first step and not finite at step ${run.losses.length}`,
      fix: 'look for log(0), a division by zero or an exponential of a large number in the model or loss',
    }
  }
  if (goal.constant !== undefined && Math.abs(best - goal.constant) < 0.05 * (goal.constant - goal.floor)) {
    return {
      name: 'inputs-ignored',
      evidence: `the loss stays at ${formatNumber(best)}, what the best constant prediction gives (${formatNumber(goal.constant)}): the outputs do not depend on the inputs (which have standard deviation ${formatNumber(scale.deviation)})`,
      fix: 'follow one example through the layers: look for a dead relu, a multiplication by zero, a gradient stopped on the way',
    }
  }
  const first = run.losses[0]!
  if (outputs.some(({ loss }) => !loss) && first - best > fell * Math.abs(first)) {
    return {
      name: 'wrong-loss',
      evidence: `the loss falls from ${formatNumber(first)} to ${formatNumber(best)} while the predictions do not become the labels: it is least somewhere else`,
      fix: 'check the sign of every term of the loss, its axes, and which argument holds the labels; its minimum must be where predictions are right',
    }
  }
  return {
    name: 'too-little-capacity',
    evidence: `${triedAdam ? "neither the program's optimizer nor Adam fits the batch" : "the program's steps do not fit the batch, and no other optimizer could be tried (the program does not show its own, docs/custom-loops.md)"}: the best loss is ${formatNumber(best)}, ${formatNumber(goal.loss)} was wanted`,
    fix: 'widen the layers, and make sure there is a nonlinearity between them',
  }
}
