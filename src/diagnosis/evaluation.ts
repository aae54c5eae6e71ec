import { formatNumber, formatPercent } from '../figures/number.js'
import { countExamples, disposeExamples, sliceExamples } from '../training/examples.js'
import { allLayers } from '../training/layers.js'
import type { Examples, Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { causeOfAddedLabels } from './label-pairs.js'
import { lossIsMeanOfRows, lossMixesExamples } from './loss-mixing.js'

/** A law of evaluation that does not hold. */
export interface Law {
  law: 'twice' | 'parts' | 'order' | 'doubled' | 'pairs' | 'rate' | 'decay'
  /** What was measured, for the message. */
  name: string
  value: number
  expected: number
  /** One sentence with the numbers. */
  finding: string
}

/** What breaks a law of evaluation. */
export function causeOfLaw(
  { law, name, value, expected }: Law,
  program: Trainable,
  examples: Examples,
): Cause {
  switch (law) {
    case 'twice':
      return {
        name: 'eval-mode',
        evidence: `the ${name === 'second loss' ? 'loss' : 'predictions'} of the same examples changed from one call to the next (${formatNumber(value)}${expected === 0 ? '' : `, before ${formatNumber(expected)}`}): dropout, noise or sampling is active at evaluation, or a call leaves state behind`,
        fix: 'evaluate in inference mode: call layers with { training: false }, switch noise off in predict() and loss(), reset the state of recurrent layers',
      }
    case 'parts':
      return name === 'change of predictions'
        ? mixedPredictions(value, program)
        : (pairsOtherLabels(program, examples) ?? averagedParts(value, expected))
    case 'doubled': {
      const ratio = value / expected
      if (Math.abs(ratio - 2) < 0.01) return summed(ratio, countExamples(examples))
      return pairsOtherLabels(program, examples) ?? averagedParts(value, expected)
    }
    case 'order':
      return (
        pairsOtherLabels(program, examples) ?? {
          name: 'loss-reduction',
          evidence: `the loss of the same examples is ${formatNumber(value)} in another order, ${formatNumber(expected)} in the given one: it depends on their positions`,
          fix: 'weight the mean of each mini-batch with its number of examples (the last one is often smaller); pair each prediction with its own label: no labels kept from another batch, no shift by one',
        }
      )
    case 'pairs':
      if (lossIsMeanOfRows(program, examples)) return causeOfAddedLabels
      return {
        name: 'label-shape',
        evidence: `the loss is ${formatNumber(value)} whichever example gets which label: it pairs every prediction with every label`,
        fix: 'give labels and predictions one and the same shape: [n, 1] against [n] is broadcast to [n, n]',
      }
    case 'decay':
      return {
        name: 'over-regularized',
        evidence: `a step at learning rate 0 shrinks the weights by ${formatPercent(value)}: after ${Math.ceil(Math.LN2 / value)} steps half of what was learned is gone`,
        fix: 'lower the decay to 0.01 times the learning rate or less: weights.mul(1 - rate * decay)',
      }
    case 'rate':
      return {
        name: 'learning-rate-ignored',
        evidence: `weights moved by up to ${formatNumber(value)} in a step whose optimizer has learning rate 0`,
        fix: 'let step() update through this optimizer only: none made anew at each step, no rate written into the loop, no decay or clipping of weights beside it',
      }
  }
}

/** Of four examples no averaging over mini-batches is left: what still mixes them is the loss itself. */
function pairsOtherLabels(program: Trainable, examples: Examples): Cause | undefined {
  const few = sliceExamples(examples, 0, 4)
  const [cause] = lossMixesExamples(program, few)
  disposeExamples(few)
  return cause
}

function mixedPredictions(value: number, { layers }: Trainable): Cause {
  const normalised =
    layers && allLayers(layers).some((layer) => layer.getClassName() === 'BatchNormalization')
  const evidence = `predictions depend on which other examples are evaluated with them, by up to ${formatNumber(value)}`
  if (normalised) {
    return {
      name: 'batch-norm-statistics',
      evidence: `${evidence}: batch normalisation uses the statistics of the batch`,
      fix: 'evaluate with the moving statistics: apply the layer with { training: false }',
    }
  }
  return {
    name: 'examples-mixed',
    evidence,
    fix: 'let no operation run along the batch axis (axis 0); a normalisation by hand must use moving statistics at evaluation',
  }
}

function summed(ratio: number, count: number): Cause {
  return {
    name: 'loss-reduction',
    evidence: `every example twice gives ${formatNumber(ratio)} times the loss: it is summed over the ${count} examples, so the best learning rate depends on the batch size`,
    fix: 'take the mean over the batch: tf.mean(loss)',
  }
}

function averagedParts(value: number, expected: number): Cause {
  return {
    name: 'loss-reduction',
    evidence: `the loss is not the mean over the examples: ${formatNumber(value)} against ${formatNumber(expected)}`,
    fix: 'weight the mean of each mini-batch with its number of examples (the last one is often smaller), or average over examples once; a loss that compares examples with each other cannot pass',
  }
}
