import { formatNumber } from '../figures/number.js'
import type { TensorGroup } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { constantInputs } from './constant-inputs.js'

/** A trainable weight that training left as it was. */
export interface StillWeight {
  name: string
  rank: number
  /** All its values are equal. */
  constant: boolean
  /** Norm of its gradient; 'none': no path from it to the loss; undefined: not known. */
  gradient: number | 'none' | undefined
}

/** Why weights did not change. */
export function causesOfStillWeights(
  still: readonly StillWeight[],
  inputs: TensorGroup,
  { all, steps, rate, dead }: { all: number; steps: number; rate: number | undefined; dead: boolean },
): Cause[] {
  const named = (weights: readonly StillWeight[]) => weights.map(({ name }) => `'${name}'`).join(', ')
  const disconnected = still.filter(({ gradient }) => gradient === 'none')
  const zero = still.filter(({ gradient }) => gradient === 0)
  const moving = still.filter(
    ({ gradient }) => gradient === undefined || (gradient !== 'none' && gradient !== 0),
  )
  const everything = still.length === all
  const causes: Cause[] = []
  const equal = zero.filter(({ rank, constant }) => rank > 1 && constant)
  const constant = zero.length > 0 ? constantInputs(inputs) : undefined
  if (constant) causes.push(constant)
  if (disconnected.length > 0) {
    causes.push({
      name: 'no-gradient',
      evidence: `no path leads from the loss to ${named(disconnected)}`,
      fix: 'use the layer in the forward pass, and let no argMax, round, dataSync or new tensor made from numbers stand between it and the loss',
    })
  }
  if (equal.length > 0 && !constant) {
    causes.push({
      name: 'symmetric-init',
      evidence: `all values of ${named(equal)} are equal and its gradient is exactly 0`,
      fix: "remove the constant kernelInitializer ('zeros', 'ones'); the default, glorotNormal, draws each weight",
    })
  } else if (zero.length > 0 && !constant) {
    causes.push({
      name: dead ? 'dead-units' : 'no-gradient',
      evidence: `the gradient of ${named(zero)} is exactly 0 for the whole batch`,
      fix: dead
        ? 'its units are off for every example: lower the learning rate or the initial weights, start biases at 0, or use leaky relu'
        : everything
          ? 'look for a multiplication by 0, a saturated or rounded output, a loss that is constant on this batch'
          : 'look behind it for an operation without a gradient (argMax, round, comparison, oneHot), a multiplication by 0, a saturated layer',
    })
  }
  if (moving.length > 0) {
    const largest = Math.max(
      ...moving.map(({ gradient }) => (typeof gradient === 'number' ? gradient : Number.NaN)),
    )
    const has = Number.isNaN(largest) ? '' : `although the gradients reach ${formatNumber(largest)}, `
    if (everything && rate !== undefined && Math.abs(rate) < 1e-6) {
      causes.push({
        name: rate === 0 ? 'weights-not-updated' : 'learning-rate-too-low',
        evidence: `${has}${steps} steps at learning rate ${formatNumber(rate)} leave every weight as it was`,
        fix: 'set a learning rate, such as tf.train.adam(1e-3)',
      })
    } else {
      causes.push({
        name: 'weights-not-updated',
        evidence: `${has}the steps leave ${everything ? 'every weight' : named(moving)} as ${everything || moving.length === 1 ? 'it was' : 'they were'}`,
        fix: 'apply the gradients: hand every variable to optimizer.minimize or applyGradients, do not overwrite them after the step, do not freeze them by trainable = false after compile()',
      })
    }
  }
  return causes
}

/** Why moving statistics did not move: evaluation then normalises with the values they began with. */
export function causesOfFrozenStatistics(names: readonly string[]): Cause[] {
  if (names.length === 0) return []
  const list = names.map((name) => `'${name}'`).join(', ')
  return [
    {
      name: 'batch-norm-statistics',
      evidence: `training leaves the moving mean and variance of ${list} as they were, so evaluation normalises with their initial values`,
      fix: 'let momentum be below 1 (0.99 is the default, 0.9 suits short trainings), and run the layer in training mode when training: apply(xs, { training: true })',
    },
  ]
}
