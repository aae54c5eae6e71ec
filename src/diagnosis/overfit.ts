import { formatNumber, formatPercent } from '../figures/number.js'
import { isCategorical, isRegression } from '../statistics/losses.js'
import type { OverfitGoal } from '../statistics/overfit-goal.js'
import { finalActivation } from '../training/layers.js'
import { openProgram } from '../training/open.js'
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
  try {
    activation = outputs.length === 1 ? finalActivation(program.layers) : undefined
    structure = inspectModel(program, evidence.batch)
    rate = learningRateOf(program.optimizer)
    scale = causesOfScale(inputScale(evidence.batch.xs), largestInitialWeights(program.layers))
    broadcast = outputs.some(({ loss }) => !loss) ? lossMixesExamples(program, evidence.batch) : []
    hasPenalty = run.penalties.length > 0 && program.disablePenalty !== undefined
    canSwapOptimizer = program.optimizer !== undefined
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
  const experiments = canSwapOptimizer ? await experiment(evidence, rate, hasPenalty) : []
  const found = [...experiments, ...structure, ...scale]
  return distinct(found.length > 0 ? found : [fallback(evidence)])
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
