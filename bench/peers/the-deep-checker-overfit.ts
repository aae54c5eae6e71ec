import * as tf from '@tensorflow/tfjs'
import type { CauseName } from '../../src/checks/result.js'
import { callStep } from '../../src/training/call-step.js'
import { disposeExamples, tensorsOf } from '../../src/training/examples.js'
import { tryGradients } from '../../src/training/tape.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import type { Examination, Findings } from './examination.js'
import { accuracyOf, type LabelKind } from './labels.js'
import { lossTakesLogits } from './loss-kind.js'
import {
  allFinite,
  gradientsOf,
  isKernel,
  type Measured,
  mean,
  norm,
  rangeOf,
  type Stage,
  share,
  stagesOf,
  variance,
  weightsOf,
} from './measurements.js'
import { sampleOf } from './sample.js'
import { hiddenActivation } from './the-deep-checker-before.js'
import { errorOf, smoothnessOf } from './the-deep-checker-fit.js'

/**
 * Settings of `OverfitCheck` and of `run_full_checks`; those of gradients, updates, correlation and regularisation are
 * assumed, after those of weights.
 */
const settings = {
  batch: 50,
  steps: 200,
  period: 10,
  patience: 5,
  enough: { error: 0.001, accuracy: 1 },
  criticalF: 2.70554,
  activations: { least: 0.5, most: 2, dead: 1e-5, deadExamples: 0.05, deadUnits: 0.5 },
  saturation: { rho: 0.85, bins: 50, units: 0.5 },
  weights: { negative: 0.95, dead: 1e-5, deadShare: 0.95, largest: 1e8, growth: 2 },
  gradients: { least: 1e-7, most: 1e8, decay: 0.5, growth: 2 },
  /** Decadic logarithm of update ÷ weight. */
  updates: { low: -4, high: -1 },
  loss: { decrease: 0.05, growth: 2, window: 50, smoothness: 0.5, correlation: 0.5 },
  /** Gradient of the penalty ÷ that of the loss. */
  regularization: 1,
  window: 5,
}

/** What is held against earlier looks. */
interface History {
  means: Map<string, number[]>
  /** Its authors give the tool probabilities, whatever the loss takes. */
  logits: boolean
  losses: number[]
  performances: number[]
  outputs: { constant: number; small: number; positive: number }
}

/** Overfits one batch and looks at all that moves every tenth step. */
export async function checkOverfitting(
  examination: Examination,
  labels: LabelKind,
  findings: Findings,
): Promise<void> {
  const program = await examination.open()
  const batch = sampleOf(examination, program, labels, settings.batch)
  const history: History = {
    means: new Map(),
    logits: lossTakesLogits(program, examination),
    losses: [],
    performances: [],
    outputs: { constant: 0, small: 0, positive: 0 },
  }
  let losses: number[] = []
  try {
    for (let step = 1; step <= settings.steps; step++) {
      const looks = step % settings.period === 0
      const before = looks ? weightsOf(program) : []
      const loss = await callStep(program, batch)
      losses.push(loss.dataSync()[0]!)
      loss.dispose()
      if (!Number.isFinite(losses.at(-1))) {
        findings.add('infinite loss', 'the loss is not finite', broken)
        checkWeights(weightsOf(program), history, findings)
        return
      }
      if (!looks) continue
      const performance = labels === 'numbers' ? errorOf(program, batch) : accuracyOf(program, batch, labels)!
      checkUpdates(before, weightsOf(program), findings)
      look(program, batch, labels, history, findings)
      history.losses.push(mean(losses))
      history.performances.push(performance)
      losses = []
      checkLoss(history, findings)
      const { error, accuracy } = settings.enough
      if (labels === 'numbers' ? performance < error : performance === accuracy) return
    }
  } finally {
    disposeExamples(batch)
  }
}

const broken: CauseName[] = [
  'diverging-loss',
  'exploding-gradients',
  'learning-rate-too-high',
  'non-finite-data',
  'init-too-large',
]

function look(
  program: Trainable,
  batch: Examples,
  labels: LabelKind,
  history: History,
  findings: Findings,
): void {
  checkOutputs(program, batch, labels, history, findings)
  const activation = hiddenActivation(program)
  for (const stage of stagesOf(program, batch.xs).slice(0, -1)) {
    if (stage.activation === 'linear' || stage.activation === 'softmax') continue
    checkActivations(stage, activation, findings)
  }
  checkWeights(weightsOf(program), history, findings)
  const gradients = (gradientsOf(program, batch) ?? []).filter(isKernel)
  checkGradients(gradients, history, findings)
  checkRegularization(program, gradients, history, findings)
}

function checkOutputs(
  program: Trainable,
  batch: Examples,
  labels: LabelKind,
  { outputs, logits }: History,
  findings: Findings,
): void {
  const { values, width, wanted } = tf.tidy(() => {
    const output = [program.predict(batch.xs)].flat()[0]!
    const targets = tensorsOf(batch.ys, program.outputNames)[0]!
    return {
      values: Float32Array.from(output.dataSync()),
      width: output.rank > 1 ? output.shape.at(-1)! : 1,
      wanted: rangeOf(targets.dataSync()),
    }
  })
  if (!allFinite(values)) {
    findings.add('outputs', 'outputs are not finite', broken)
    return
  }
  const { low, high } = rangeOf(values)
  outputs.constant = values.every((value, i) => value === values[i % width]) ? outputs.constant + 1 : 0
  if (outputs.constant >= settings.patience)
    findings.add('constant outputs', 'outputs are constant', [
      'dead-units',
      'inputs-ignored',
      'no-gradient',
      'saturated-units',
    ])
  if (labels !== 'numbers') {
    const sums = Float32Array.from({ length: values.length / width }, (_, row) =>
      values.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0),
    )
    const invalid =
      width === 1 ? low < 0 || high > 1 : low < 0 || sums.some((sum) => sum <= 0.95 || sum >= 1.05)
    if (invalid && !logits)
      findings.add('invalid outputs', 'outputs are no probabilities', [
        'missing-softmax',
        'wrong-output-activation',
        'wrong-loss',
      ])
    return
  }
  outputs.small = wanted.high > 1 && high <= 1 && low >= -1 ? outputs.small + 1 : 0
  if (outputs.small >= settings.patience)
    findings.add('small outputs', 'outputs stay within ±1, the targets do not', [
      'wrong-output-activation',
      'unnormalized-targets',
    ])
  outputs.positive = wanted.low < 0 && low >= 0 ? outputs.positive + 1 : 0
  if (outputs.positive >= settings.patience)
    findings.add('positive outputs', 'outputs are never negative, targets are', ['wrong-output-activation'])
}

function checkActivations({ name, values, shape }: Stage, activation: string, findings: Findings): void {
  if (!allFinite(values)) {
    findings.add('activations', `activations of ${name} are not finite`, broken)
    return
  }
  const units = shape.at(-1)!
  const ofUnit = (unit: number) =>
    Float32Array.from({ length: values.length / units }, (_, row) => values[row * units + unit]!)
  const all = Array.from({ length: units }, (_, unit) => ofUnit(unit))
  const { activations, saturation } = settings
  if (activation === 'sigmoid' || activation === 'tanh') {
    if (share(all.map(concentration), (rho) => rho > saturation.rho) > saturation.units)
      findings.add('saturated', `units of ${name} are saturated`, [
        'saturated-units',
        'init-too-large',
        'unnormalized-inputs',
      ])
  } else {
    const isDead = (unit: Float32Array) =>
      share(unit, (value) => Math.abs(value) >= activations.dead) < activations.deadExamples
    if (
      share(
        all.map((unit) => (isDead(unit) ? 1 : 0)),
        (dead) => dead === 1,
      ) > activations.deadUnits
    )
      findings.add('dead', `units of ${name} are dead`, ['dead-units', 'learning-rate-too-high'])
  }
  const deviation = Math.sqrt(variance(values))
  const bound = deviation < activations.least ? activations.least : activations.most
  const outside = deviation < activations.least || deviation > activations.most
  const ratio = Math.max(deviation / bound, bound / deviation) ** 2
  if (outside && ratio > settings.criticalF) {
    findings.add(
      'unstable activations',
      `activations of ${name} have deviation ${deviation.toPrecision(3)}`,
      [
        'unnormalized-inputs',
        'init-too-small',
        'init-too-large',
        'vanishing-gradients',
        'exploding-gradients',
        'learning-rate-too-high',
      ],
    )
  }
}

/** Rakitianskaia and Engelbrecht's ρ_B: how near to the ends of its range a unit is, binned. */
function concentration(values: Float32Array): number {
  const { bins } = settings.saturation
  const grouped = new Map<number, number[]>()
  for (const value of values) {
    const bin = Math.max(0, Math.min(bins, Math.floor(value * bins) + 1))
    grouped.set(bin, [...(grouped.get(bin) ?? []), value])
  }
  let sum = 0
  // Known defect: the range is that of a sigmoid, for a tanh too.
  for (const group of grouped.values()) sum += Math.abs(2 * mean(group) - 1) * group.length
  return sum / values.length
}

function checkWeights(all: Measured[], history: History, findings: Findings): void {
  const { weights } = settings
  for (const weight of all) {
    const { name, values } = weight
    if (!allFinite(values)) {
      findings.add('weights', `${name} is not finite`, broken)
      continue
    }
    if (isKernel(weight)) {
      if (share(values, (value) => value < 0) > weights.negative)
        findings.add('negative weights', `nearly all weights of ${name} are negative`, [
          'dead-units',
          'gradient-sign',
        ])
      if (share(values, (value) => Math.abs(value) < weights.dead) > weights.deadShare)
        findings.add('dead weights', `nearly all weights of ${name} are 0`, [
          'over-regularized',
          'init-too-small',
          'dead-units',
        ])
    }
    const means = remember(history, name, mean(values, Math.abs))
    if (means.at(-1)! > weights.largest || grows(means, weights.growth))
      findings.add('diverging weights', `${name} diverges`, broken)
  }
}

function checkGradients(gradients: Measured[], history: History, findings: Findings): void {
  for (const { name, values } of gradients) {
    if (!allFinite(values)) {
      findings.add('gradients', `the gradient of ${name} is not finite`, broken)
      continue
    }
    const { least, most, decay, growth } = settings.gradients
    const means = remember(history, `gradient ${name}`, mean(values, Math.abs))
    if (means.at(-1)! < least || ratios(means)?.every((ratio) => ratio <= decay))
      findings.add('vanishing gradients', `the gradient of ${name} vanishes`, [
        'vanishing-gradients',
        'no-gradient',
        'dead-units',
        'saturated-units',
        'init-too-small',
      ])
    if (means.at(-1)! > most || grows(means, growth))
      findings.add('exploding gradients', `the gradient of ${name} explodes`, broken)
  }
}

function checkUpdates(before: Measured[], after: Measured[], findings: Findings): void {
  for (const [i, { name, values, shape }] of before.entries()) {
    const size = mean(values, Math.abs)
    if (shape.length < 2 || size === 0) continue
    const ratio =
      mean(
        values.map((value, k) => after[i]!.values[k]! - value),
        Math.abs,
      ) / size
    if (ratio === 0) {
      findings.add('untrained', `${name} is not updated`, [
        'weights-not-updated',
        'no-gradient',
        'learning-rate-ignored',
      ])
    } else if (Math.log10(ratio) > settings.updates.high) {
      findings.add('fast', `${name} moves by ${ratio.toPrecision(2)} of its size at a step`, [
        'learning-rate-too-high',
        'init-too-small',
      ])
    } else if (Math.log10(ratio) < settings.updates.low) {
      findings.add('slow', `${name} moves by ${ratio.toPrecision(2)} of its size at a step`, [
        'learning-rate-too-low',
        'vanishing-gradients',
        'schedule-decays-early',
      ])
    }
  }
}

function checkLoss({ losses, performances }: History, findings: Findings): void {
  const { loss, window } = settings
  const recent = ratios(losses)
  if (recent?.every((ratio) => 1 - ratio < loss.decrease))
    findings.add('stagnant loss', `the loss falls by less than 5 % over ${window} looks`, [
      'learning-rate-too-low',
      'learning-rate-too-high',
      'vanishing-gradients',
      'gradient-sign',
      'over-regularized',
      'weights-not-updated',
    ])
  if (recent?.every((ratio) => ratio >= loss.growth))
    findings.add('diverging loss', 'the loss diverges', [
      'diverging-loss',
      'learning-rate-too-high',
      'gradient-sign',
    ])
  const smoothness = smoothnessOf(losses.slice(-loss.window))
  if (smoothness < loss.smoothness)
    findings.add('fluctuating loss', 'the loss fluctuates', ['learning-rate-too-high'])
  if (losses.length > 2 && Math.abs(correlation(losses, performances)) < loss.correlation)
    findings.add('unrepresentative loss', 'the loss and the performance are not correlated', [
      'wrong-loss',
      'loss-reduction',
    ])
}

function checkRegularization(
  program: Trainable,
  gradients: Measured[],
  history: History,
  findings: Findings,
): void {
  const variables = Object.values(program.weights()) as tf.Variable[]
  const norms = tryGradients(() => {
    if (!program.penalty?.()) return undefined
    const { grads } = tf.engine().gradients(() => program.penalty!()!, variables, undefined, true)
    return variables.map(({ name }, i) => ({ name, size: grads[i] ? norm(grads[i].dataSync()) : 0 }))
  })
  for (const { name, size } of norms ?? []) {
    const gradient = gradients.find((one) => one.name === name)
    if (!gradient) continue
    const over = remember(history, `penalty ${name}`, size / (norm(gradient.values) + 1e-8))
    if (
      over.length >= settings.window &&
      over.slice(-settings.window).every((one) => one >= settings.regularization)
    )
      findings.add('regularisation', `the penalty on ${name} outweighs the loss`, ['over-regularized'])
  }
}

function remember({ means }: History, key: string, value: number): number[] {
  const values = [...(means.get(key) ?? []), value]
  means.set(key, values)
  return values
}

/** Each of the last values over the one before; undefined until there are enough. */
function ratios(values: number[]): number[] | undefined {
  const last = values.slice(-settings.window)
  return last.length < settings.window ? undefined : last.slice(1).map((value, i) => value / last[i]!)
}

const grows = (values: number[], growth: number): boolean =>
  ratios(values)?.every((ratio) => ratio >= growth) ?? false

/** NaN of a constant or of infinite values, which is below no threshold. */
function correlation(a: number[], b: number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  const covariance = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)))
  return covariance / Math.sqrt(variance(a) * variance(b))
}
