import { formatNumber, formatPercent } from '../figures/number.js'
import { isCategorical } from '../statistics/losses.js'
import type { Cause } from './cause.js'
import type { OverfitEvidence } from './overfit-evidence.js'

/** So many times its first size below zero a loss has no bottom. */
const bottomless = 100

/** Values at which the loss stays for a known reason. */
export function signatureOfPlateau({ outputs, run, goal }: OverfitEvidence): Cause[] {
  const best = Math.min(...run.losses.filter(Number.isFinite))
  const [output] = outputs
  if (outputs.some(({ loss }) => !loss) && best < -bottomless * Math.max(1, Math.abs(run.losses[0]!))) {
    return [
      {
        name: 'gradient-sign',
        evidence: `the custom loss falls without end, from ${formatNumber(run.losses[0]!)} to ${formatNumber(best)} in ${run.losses.length} steps, and the predictions do not become those of the labels`,
        fix: 'look at its sign: a distance or a negative log-likelihood is at least bounded by what perfect predictions give',
      },
    ]
  }
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
export function signatureOfGradients(
  { run, goal }: OverfitEvidence,
  rate: number | undefined,
  gradient: number | undefined,
): Cause[] {
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
