import * as tf from '@tensorflow/tfjs'
import { formatNumber, formatPercent } from '../figures/number.js'
import { isCategorical, isRegression, type Rows } from '../statistics/losses.js'
import { neighbourAgreement } from '../statistics/neighbour-agreement.js'
import type { OverfitGoal } from '../statistics/overfit-goal.js'
import { sameBatch } from '../training/batches.js'
import { tensorsOf } from '../training/examples.js'
import { allLayers, finalActivation, silence } from '../training/layers.js'
import { openProgram } from '../training/open.js'
import { trainProgram } from '../training/run.js'
import type { Examples, Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { inputScale, isOffScale } from './input-scale.js'
import { inspectModel } from './inspect-model.js'
import { findLearningRate } from './learning-rate.js'
import { lossMixesExamples } from './loss-mixing.js'
import { headPredictsOutOfRange } from './output-range.js'
import type { OverfitEvidence } from './overfit-evidence.js'
import { inputsOnScale, targetsOnScale } from './rescale.js'
import { causesOfScale } from './scale.js'
import { learningRateOf, tryOverfit, useReferenceAdam } from './trial.js'
import { largestInitialWeights } from './weight-scale.js'

const trialSteps = 300
/** A tenth of the variance of standardised targets. */
const standardizedGoal = 0.1

/**
 * Why a batch was not overfitted, most likely cause first. Reads the curve first, since some numbers name their
 * fault; then experiments, each with one thing changed: the optimizer, the scale of the inputs, the penalty.
 * Costs up to about 700 steps, spent only after a failure.
 */
export async function diagnoseOverfit(evidence: OverfitEvidence): Promise<Cause[]> {
  const { outputs, run } = evidence
  const program = await openProgram(evidence.subject, evidence.seed)
  let structure: Cause[]
  let activation: string | undefined
  let rate: number | undefined
  let scale: Cause[]
  let broadcast: Cause[]
  let hasPenalty: boolean
  let canSwapOptimizer: boolean
  let hasNoise: boolean
  try {
    activation = outputs.length === 1 ? finalActivation(program.layers) : undefined
    structure = inspectModel(program, evidence.batch)
    rate = learningRateOf(program.optimizer)
    scale = causesOfScale(inputScale(evidence.batch.xs), largestInitialWeights(program.layers))
    broadcast = outputs.some(({ loss }) => !loss) ? lossMixesExamples(program, evidence.batch) : []
    hasPenalty = run.penalties.length > 0 && program.disablePenalty !== undefined
    canSwapOptimizer = canReplaceOptimizer(program)
    hasNoise = program.disableDropout === undefined && layersMakeNoise(program.layers ?? [])
  } finally {
    program.dispose()
  }
  const certain = [
    ...outputs.flatMap((output) => headPredictsOutOfRange(output, activation) ?? []),
    ...structure.filter(({ name }) => name === 'redundant-softmax'),
    ...broadcast,
    ...signatureOfPlateau(evidence),
    ...(scale.length > 0 ? [] : signatureOfGradients(evidence, rate)),
  ]
  if (certain.length > 0) return distinct([...certain, ...structure])
  const schedule = rate === undefined ? [] : await scheduleOf(evidence)
  const noise = schedule.length === 0 && hasNoise ? await withoutNoise(evidence) : []
  const decided = [...schedule, ...noise]
  const experiments =
    decided.length === 0 && canSwapOptimizer ? await experiment(evidence, rate, hasPenalty) : []
  const found = [...decided, ...experiments, ...structure, ...scale]
  if (found.length > 0) return distinct(found)
  return distinct([
    ...constantFeatures(evidence.batch),
    ...otherLoss(evidence),
    ...unrelatedLabels(evidence),
    fallback(evidence),
  ])
}

/** Steps over which the learning rate is watched. */
const watchedSteps = 100
const decayed = 0.01

/** A learning rate that the program itself lowers to next to nothing while the loss has far to go. */
async function scheduleOf({ subject, batch, seed, control, run }: OverfitEvidence): Promise<Cause[]> {
  const program = await openProgram(subject, seed)
  const rates: number[] = []
  try {
    const first = learningRateOf(program.optimizer) ?? 0
    await trainProgram(program, sameBatch(batch).next, {
      seed,
      ...control,
      steps: Math.min(watchedSteps, run.losses.length),
      readEvery: 1,
      until: () => {
        rates.push(learningRateOf(program.optimizer) ?? first)
        return undefined
      },
    })
  } finally {
    program.dispose()
  }
  const most = Math.max(0, ...rates)
  const step = rates.findLastIndex((rate) => rate > decayed * most) + 1
  if (most === 0 || step === rates.length || step === 0) return []
  return [
    {
      name: 'schedule-decays-early',
      evidence: `the learning rate falls from ${formatNumber(most)} to ${formatNumber(rates.at(-1)!)} by step ${step + 1}, where the loss is ${formatNumber(run.losses[Math.min(step, run.losses.length - 1)]!)}`,
      fix: 'use a constant learning rate until the model overfits; a schedule counts in steps or in epochs: check which, and for how many it was made',
    },
  ]
}

/** The same run with dropout and noise layers off, of a program that cannot do so itself. */
async function withoutNoise({ subject, batch, seed, control, goal, run }: OverfitEvidence): Promise<Cause[]> {
  const trial = await tryOverfit(subject, batch, {
    seed,
    steps: trialSteps,
    goal: goal.loss,
    ...control,
    change: (program) => {
      for (const layer of allLayers(program.layers ?? [])) silence(layer)
    },
  })
  const best = Math.min(Infinity, ...run.losses.filter(Number.isFinite))
  if (!trial.reached && !closesMore(trial.best, best, run.losses[0]!, goal)) return []
  return [
    {
      name: 'over-regularized',
      evidence: `with dropout and noise layers switched off the loss reaches ${formatNumber(trial.best)} in ${trial.steps} steps, with them ${formatNumber(best)} in ${run.losses.length}`,
      fix: 'lower the dropout rate (it is the share that is dropped, 0.2 to 0.5 is usual), and give the Trainable disableDropout()',
    },
  ]
}

const layersMakeNoise = (layers: readonly tf.layers.Layer[]): boolean =>
  allLayers(layers).some((layer) => /Dropout|GaussianNoise/.test(layer.getClassName()))

/** Whether another optimizer can be put in place: a property with a getter only cannot be set. */
function canReplaceOptimizer(program: Trainable): boolean {
  const { optimizer } = program
  if (optimizer === undefined) return false
  try {
    program.optimizer = optimizer
    return true
  } catch {
    return false
  }
}

/** Features of a table, most of which never change. Pictures and sequences have borders and padding. */
function constantFeatures({ xs }: Examples): Cause[] {
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
      evidence: `${constant} of ${features} input features are the same for all ${table.shape[0]} examples of the batch`,
      fix: 'look at the inputs just before the model: a column index that is always the same, a join that found nothing, a slice of the wrong axis',
    },
  ]
}

/** A loss for quantities where the labels are classes, on a program that did not get them right. */
function otherLoss({ outputs }: OverfitEvidence): Cause[] {
  return outputs.flatMap(({ loss, labels }) => {
    if (!loss || !isRegression(loss.kind) || labels.width < 2 || !areOneHot(labels)) return []
    return [
      {
        name: 'wrong-loss' as const,
        evidence: `the labels are ${labels.width} classes, one-hot, and the loss is ${loss.kind}, whose gradient vanishes where a softmax is sure of a wrong class`,
        fix: "use loss: 'categoricalCrossentropy'",
      },
    ]
  })
}

/** Nearest neighbours that agree in their labels no more often than any two examples: labels and inputs are strangers. */
function unrelatedLabels({ batch }: OverfitEvidence): Cause[] {
  const found = neighbourAgreement(batch)
  if (!found || found.agreement > found.chance + 2 * found.error) return []
  return [
    {
      name: 'labels-independent-of-inputs',
      evidence: `of ${found.examples} examples ${formatPercent(found.agreement)} have the label of their nearest neighbour, any two examples agree in ${formatPercent(found.chance)}`,
      fix: 'check that xs and ys were shuffled together and are in the same order; look at a few examples with their labels',
    },
  ]
}

function distinct(causes: Cause[]): Cause[] {
  return causes.filter((cause, i) => causes.findIndex(({ name }) => name === cause.name) === i)
}

/** Values at which the loss stays for a known reason. */
function signatureOfPlateau({ outputs, run, goal }: OverfitEvidence): Cause[] {
  const best = Math.min(...run.losses.filter(Number.isFinite))
  const [output] = outputs
  if (outputs.length !== 1 || !output?.loss) return []
  const { labels, loss } = output
  if (best < goal.floor - 1e-3 * Math.max(1, goal.floor)) {
    return [
      {
        name: 'gradient-sign',
        evidence: `the loss went down to ${formatNumber(best)}, below ${formatNumber(goal.floor)}, the least that ${loss.kind} can be on these labels`,
        fix: 'look at the sign of the loss, and at the range of the labels',
      },
    ]
  }
  if (isCategorical(loss.kind) && labels.width > 1) {
    const squashed = Math.log(1 + (labels.width - 1) / Math.E)
    if (goal.floor < 1e-3 && Math.abs(best - squashed) < 0.01 * squashed) {
      return [
        {
          name: 'redundant-softmax',
          evidence: `the loss stays at ${formatNumber(best)}: log(1 + ${labels.width - 1}/e) = ${formatNumber(squashed)} is the lowest that two softmaxes in a row allow with ${labels.width} classes`,
          fix: "apply softmax once: remove activation: 'softmax' or the extra softmax layer, or use a loss that does not apply one itself",
        },
      ]
    }
  }
  return []
}

/** Gradients that vanish exactly, updates that do, and losses that rise from the first step. */
function signatureOfGradients({ run, goal }: OverfitEvidence, rate: number | undefined): Cause[] {
  const gradient = run.gradientNorms[0]?.value
  if (gradient === 0) {
    return [
      {
        name: 'no-gradient',
        evidence: 'the gradient of the loss with respect to every weight is exactly 0 at the first step',
        fix: 'look for an operation without a gradient on the way to the loss (argMax, round, comparison, dataSync), or relu units that are all off',
      },
    ]
  }
  if (rate === 0 || (run.updateRatios.length > 0 && run.updateRatios.every(({ value }) => value === 0))) {
    return [
      {
        name: rate === 0 ? 'learning-rate-too-low' : 'weights-not-updated',
        evidence: `no weight changed in ${run.losses.length} steps${gradient === undefined ? '' : `, though the gradient norm is ${formatNumber(gradient)}`}${rate === 0 ? ': the learning rate is 0' : ''}`,
        fix:
          rate === 0
            ? 'set a learning rate; Adam at 1e-3 is safe'
            : 'let the optimizer update the variables the loss depends on',
      },
    ]
  }
  if (rate !== undefined && rate < 0) {
    return [
      {
        name: 'gradient-sign',
        evidence: `the learning rate is ${formatNumber(rate)}: every step climbs the loss, from ${formatNumber(run.losses[0]!)} to ${formatNumber(run.losses.at(-1)!)}`,
        fix: 'use a positive learning rate',
      },
    ]
  }
  const rises = run.losses.length >= 16 && run.losses.slice(1, 16).every((loss, i) => loss > run.losses[i]!)
  if (
    rises &&
    run.end !== 'non-finite' &&
    Math.min(...run.losses) >= run.losses[0]! &&
    goal.loss < run.losses[0]!
  ) {
    const slow = run.updateRatios[0]?.value ?? 1
    if (slow < 0.01) {
      return [
        {
          name: 'gradient-sign',
          evidence: `the loss rises from the first step on, from ${formatNumber(run.losses[0]!)} to ${formatNumber(run.losses.at(-1)!)}, though each update changes the weights by only ${formatPercent(slow)}`,
          fix: 'the update goes uphill: check the sign of the loss and of the gradients handed to the optimizer',
        },
      ]
    }
  }
  return []
}

async function experiment(
  evidence: OverfitEvidence,
  rate: number | undefined,
  hasPenalty: boolean,
): Promise<Cause[]> {
  const { subject, batch, seed, control, goal, run } = evidence
  const options = { seed, steps: trialSteps, goal: goal.loss, ...control }
  const best = Math.min(Infinity, ...run.losses.filter(Number.isFinite))
  const adam = await tryOverfit(subject, batch, { ...options, change: useReferenceAdam })
  if (adam.cutShort) return []
  if (adam.reached || closesMore(adam.best, best, run.losses[0]!, goal)) {
    return [await findLearningRate(evidence, rate, adam)]
  }
  const scale = inputScale(batch.xs)
  if (isOffScale(scale) || scale.size < 0.01) {
    const rescaled = inputsOnScale(batch)
    const trial = await tryOverfit(subject, rescaled.batch, { ...options, change: useReferenceAdam })
    rescaled.dispose()
    if (trial.reached || closesMore(trial.best, Math.min(best, adam.best), run.losses[0]!, goal)) {
      return [
        {
          name: 'unnormalized-inputs',
          evidence: `inputs have mean ${formatNumber(scale.mean)} and standard deviation ${formatNumber(scale.deviation)}; standardised, the same model reaches a loss of ${formatNumber(trial.best)} in ${trial.steps} steps`,
          fix: 'scale the inputs to mean 0 and standard deviation 1, or to the range 0 to 1 (pixels / 255)',
        },
      ]
    }
  }
  const targets = inputScale(batch.ys)
  if (isOffScale(targets) && evidence.outputs.every(({ loss }) => loss && isRegression(loss.kind))) {
    const rescaled = targetsOnScale(batch)
    const trial = await tryOverfit(subject, rescaled.batch, {
      ...options,
      goal: standardizedGoal,
      change: useReferenceAdam,
    })
    rescaled.dispose()
    if (trial.reached) {
      return [
        {
          name: 'unnormalized-targets',
          evidence: `targets have mean ${formatNumber(targets.mean)} and standard deviation ${formatNumber(targets.deviation)}; standardised, the same model overfits them in ${trial.steps} steps`,
          fix: 'predict (y - mean) / deviation, and undo it on the predictions',
        },
      ]
    }
  }
  if (hasPenalty) {
    const trial = await tryOverfit(subject, batch, {
      ...options,
      change: (program) => program.disablePenalty?.(),
    })
    if (trial.reached) {
      return [
        {
          name: 'over-regularized',
          evidence: `the weight penalty is ${formatNumber(run.penalties[0]!)} at the start; without it the loss reaches ${formatNumber(trial.best)} in ${trial.steps} steps`,
          fix: 'lower the regularisation factor by ten, or remove it until the model overfits',
        },
      ]
    }
  }
  return []
}

/** Half of what was missing gained, where the program itself gained far less: the change is what mattered. */
function closesMore(best: number, before: number, first: number, goal: OverfitGoal): boolean {
  const start = Math.max(first, goal.constant ?? first)
  const share = (loss: number) => (start - Math.min(loss, start)) / (start - goal.floor)
  return share(best) > 0.5 && share(best) > 3 * share(before)
}

function fallback({ run, goal, batch }: OverfitEvidence): Cause {
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
  return {
    name: 'too-little-capacity',
    evidence: `neither the program's optimizer nor Adam fits the batch: the best loss is ${formatNumber(best)}, ${formatNumber(goal.loss)} was wanted`,
    fix: 'widen the layers, and make sure there is a nonlinearity between them',
  }
}

function areOneHot({ values, rows, width }: Rows): boolean {
  for (let row = 0; row < rows; row++) {
    let ones = 0
    for (let k = 0; k < width; k++) {
      const value = values[row * width + k]!
      if (value !== 0 && value !== 1) return false
      ones += value
    }
    if (ones !== 1) return false
  }
  return true
}
