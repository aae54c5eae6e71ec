import type * as tf from '@tensorflow/tfjs'
import { featureMoments } from '../../src/statistics/feature-moments.js'
import { disposeExamples, tensorsOf } from '../../src/training/examples.js'
import type { Trainable } from '../../src/training/trainable.js'
import type { Examination, Findings } from './examination.js'
import type { LabelKind } from './labels.js'
import { activationOf, isKernel, type Measured, mean, rangeOf, variance, weightsOf } from './measurements.js'
import { lossOf } from './observe.js'
import { concatExamples, sampleOf } from './sample.js'

/** Settings of `PreCheck`. */
const settings = {
  /** How near is equal; known defect: absolute, whatever the scale. */
  tolerance: 1e-2,
  normalizedLows: [0, -1],
  normalizedHighs: [1],
  /** Perplexity of the labels, as a share of that of balanced ones. */
  leastBalance: 0.5,
  /** Critical value of the F-test at α = 0.1; known defect: that of one degree of freedom, for any kernel. */
  criticalF: 2.70554,
  lossSample: 16,
  growth: 2,
  growthSteps: 5,
  /** Known defect: relative to the loss itself, so that anything between 0 and twice of it is right. */
  lossDeviation: 1,
}

const isNear = (a: number, b: number) => Math.abs(a - b) <= settings.tolerance

export function checkBeforeTraining(
  examination: Examination,
  program: Trainable,
  labels: LabelKind,
  findings: Findings,
): void {
  checkFeatures(examination, findings)
  const distribution = classShares(examination, program, labels)
  checkTargets(examination, program, distribution, findings)
  checkWeights(program, findings)
  checkBiases(program, distribution, findings)
  checkInitialLoss(examination, program, labels, distribution, findings)
}

interface Moments {
  mean: number
  deviation: number
  low: number
  high: number
}

/** From so many columns on a table is of pixels. */
const mostColumns = 100

/** Images and sequences are looked at as a whole, what the tool calls homogeneous; tables column by column. */
function momentsOf(tensor: tf.Tensor): Moments[] {
  const values = Float32Array.from(tensor.dataSync())
  if (tensor.rank !== 2 || tensor.shape[1]! > mostColumns)
    return [{ mean: mean(values), deviation: Math.sqrt(variance(values)), ...rangeOf(values) }]
  const [rows, width] = tensor.shape as [number, number]
  return featureMoments({
    name: 'features',
    values,
    rows,
    width,
    shape: tensor.shape,
    dtype: tensor.dtype,
  }).map(({ mean, deviation, smallest, largest }) => ({ mean, deviation, low: smallest, high: largest }))
}

/** Known defect: one feature that lies between two normalised ends ends the check of all behind it. */
function unnormalized(all: Moments[]): Moments | undefined {
  for (const one of all) {
    const atEnds =
      settings.normalizedHighs.some((high) => isNear(one.high, high)) &&
      settings.normalizedLows.some((low) => isNear(one.low, low))
    if (one.deviation === 0) continue
    if (atEnds) return undefined
    if (!isNear(one.deviation, 1) || !isNear(one.mean, 0)) return one
  }
  return undefined
}

const inWords = ({ mean, deviation, low, high }: Moments) =>
  `mean ${mean.toPrecision(3)}, deviation ${deviation.toPrecision(3)}, from ${low.toPrecision(3)} to ${high.toPrecision(3)}`

function checkFeatures({ data }: Examination, findings: Findings): void {
  for (const inputs of tensorsOf(data.train.xs)) {
    const all = momentsOf(inputs)
    if (all.some(({ deviation }) => deviation === 0))
      findings.add('constant feature', 'a feature is constant', ['constant-inputs'])
    const wrong = unnormalized(all)
    if (wrong)
      findings.add('features', `features are not normalised: ${inWords(wrong)}`, ['unnormalized-inputs'])
  }
}

function classShares({ data }: Examination, program: Trainable, labels: LabelKind): number[] | undefined {
  if (labels === 'numbers') return undefined
  const targets = tensorsOf(data.train.ys, program.outputNames)[0]!
  const values = Float32Array.from(targets.dataSync())
  if (labels === 'yes-or-no') return [1 - mean(values), mean(values)]
  const classes = labels === 'one-hot' ? targets.shape.at(-1)! : rangeOf(values).high + 1
  const shares = new Array<number>(classes).fill(0)
  for (let i = 0; i < values.length; i++) {
    if (labels === 'one-hot') shares[i % classes]! += (values[i]! * classes) / values.length
    else shares[values[i]!]! += 1 / values.length
  }
  return shares
}

/** Perplexity of the classes, from 0 for one of them to 1 for all alike. */
function balanceOf(shares: number[]): number {
  const entropy = shares.reduce((sum, one) => sum - (one > 0 ? one * Math.log(one) : 0), 0)
  return (Math.exp(entropy) - 1) / (shares.length - 1)
}

function checkTargets(
  { data }: Examination,
  program: Trainable,
  distribution: number[] | undefined,
  findings: Findings,
): void {
  if (distribution) {
    if (balanceOf(distribution) < settings.leastBalance)
      findings.add('balance', 'labels are unbalanced', ['class-imbalance'])
    return
  }
  const wrong = unnormalized(momentsOf(tensorsOf(data.train.ys, program.outputNames)[0]!))
  if (wrong)
    findings.add('targets', `targets are not normalised: ${inWords(wrong)}`, ['unnormalized-targets'])
}

function checkWeights(program: Trainable, findings: Findings): void {
  const activation = hiddenActivation(program)
  for (const weight of weightsOf(program).filter(isKernel)) {
    const spread = variance(weight.values)
    if (spread <= 1e-8) {
      findings.add('constant weights', `${weight.name} is initialised to a constant`, [
        'symmetric-init',
        'init-too-small',
        'dead-units',
      ])
      continue
    }
    const { fanIn, fanOut } = fansOf(weight)
    const fits = {
      he: isOfVariance(spread, 2 / fanIn),
      glorot: isOfVariance(spread, 2 / (fanIn + fanOut)),
      lecun: isOfVariance(spread, 1 / fanIn),
    }
    const wanted = { relu: 'he', tanh: 'glorot', sigmoid: 'lecun' }[activation] as
      | keyof typeof fits
      | undefined
    if (wanted ? !fits[wanted] : !Object.values(fits).some(Boolean)) {
      findings.add(
        'variance of weights',
        `${weight.name} has variance ${spread.toPrecision(3)}, not that of ${wanted ?? 'He, Glorot or LeCun'}`,
        ['init-too-large', 'init-too-small', 'vanishing-gradients', 'exploding-gradients'],
      )
    }
  }
}

export function hiddenActivation(program: Trainable): string {
  const hidden = (program.layers ?? []).slice(0, -1).map(activationOf)
  return hidden.find((activation) => activation !== 'linear' && activation !== 'softmax') ?? 'linear'
}

function fansOf({ shape }: Measured): { fanIn: number; fanOut: number } {
  const field = shape.slice(0, -2).reduce((product, size) => product * size, 1)
  return { fanIn: shape.at(-2)! * field, fanOut: shape.at(-1)! * field }
}

const isOfVariance = (spread: number, expected: number) =>
  Math.max(spread / expected, expected / spread) <= settings.criticalF

function checkBiases(program: Trainable, distribution: number[] | undefined, findings: Findings): void {
  const biases = weightsOf(program).filter(({ name }) => /bias/.test(name))
  if (biases.length === 0) {
    if (program.layers) findings.add('no bias', 'layers have no bias', ['output-bias-off-base-rate'])
    return
  }
  const isZero = ({ values }: Measured) => values.reduce((sum, value) => sum + value, 0) === 0
  const unbalanced = distribution && balanceOf(distribution) < settings.leastBalance
  if (unbalanced && isZero(biases.at(-1)!)) {
    findings.add('last bias', 'the last bias does not start at the base rate', [
      'output-bias-off-base-rate',
      'class-imbalance',
    ])
  } else if (distribution && !unbalanced && !biases.every(isZero)) {
    findings.add('bias', 'biases do not start at 0', ['output-bias-off-base-rate', 'init-too-large'])
  }
}

function checkInitialLoss(
  examination: Examination,
  program: Trainable,
  labels: LabelKind,
  distribution: number[] | undefined,
  findings: Findings,
): void {
  const batch = sampleOf(examination, program, labels, settings.lossSample)
  const losses = Array.from({ length: settings.growthSteps }, (_, i) => {
    const repeated = concatExamples(batch, settings.growth ** (i + 1))
    const loss = lossOf(program, repeated)
    disposeExamples(repeated)
    return loss
  })
  const loss = lossOf(program, batch)
  disposeExamples(batch)
  if (losses.slice(1).every((one, i) => Math.round(one / losses[i]!) === settings.growth))
    findings.add('loss reduction', 'the loss grows with the batch: it is summed', ['loss-reduction'])
  if (!distribution) return
  const expected = Math.log(distribution.length)
  if (Math.abs(loss - expected) >= settings.lossDeviation * expected) {
    findings.add(
      'initial loss',
      `the initial loss is ${loss.toPrecision(3)}, expected ${expected.toPrecision(3)}`,
      [
        'init-too-large',
        'wrong-loss',
        'loss-reduction',
        'missing-softmax',
        'unnormalized-inputs',
        'gradient-sign',
      ],
    )
  }
}
