import { formatNumber } from '../figures/number.js'
import { median } from '../statistics/estimates.js'
import type { Cause } from './cause.js'

/** Norms of one kernel at one step. */
export interface LayerGradient {
  name: string
  gradient: number
  weight: number
  update: number
}

/** What the gradients and updates of a few steps show. `records`: by step, then by kernel in the order of the layers. */
export function causesOfGradients(
  records: readonly LayerGradient[][],
  {
    bounds,
    rate,
  }: {
    bounds: { vanishing: number; exploding: number; updateHigh: number; updateLow: number }
    rate: number | undefined
  },
): { causes: Cause[]; ratio: number; update: number } {
  const total = (step: readonly LayerGradient[], key: 'gradient' | 'weight' | 'update') =>
    Math.hypot(...step.map((layer) => layer[key]))
  const updates = records
    .map((step) => total(step, 'update') / total(step, 'weight'))
    .filter((value) => !Number.isNaN(value))
  const largest = Math.max(0, ...updates.filter(Number.isFinite))
  const update = updates.length > 0 ? median(updates) : 0
  const last = records.at(-1) ?? []
  const [first, final] = [last[0], last.at(-1)]
  const relative = ({ gradient, weight }: LayerGradient) => gradient / (weight || 1)
  const ratio = first && final && relative(final) > 0 ? relative(first) / relative(final) : 1
  const causes: Cause[] = []
  const rated = rate === undefined ? '' : ` at learning rate ${formatNumber(rate)}`
  // The few weights of a linear model start where they start: next to them any step can be large.
  const tears = largest > bounds.updateHigh && last.length > 1
  const broken = last.find(({ gradient }) => !Number.isFinite(gradient))
  if (tears) {
    causes.push({
      name: 'learning-rate-too-high',
      evidence: `a single update is ${formatNumber(largest)} times the weights${rated}; usual is about 0.001`,
      fix: `lower the learning rate by a factor of ${formatNumber(10 ** Math.ceil(Math.log10(largest / 1e-2)))} and look again`,
    })
  }
  if (broken) {
    causes.push({
      name: 'exploding-gradients',
      evidence: `the gradient of '${broken.name}' is ${broken.gradient} at step ${records.length}`,
      fix: 'look for log(0), division by 0 or overflow in the loss; lower the learning rate, clip the gradients by their norm',
    })
    return { causes, ratio, update }
  }
  // Units killed and outputs saturated by a huge update are its effects.
  if (tears) return { causes, ratio, update }
  if (last.length > 0 && last.every(({ gradient }) => gradient === 0)) {
    causes.push({
      name: 'no-gradient',
      evidence: `the gradients of all ${last.length} kernels are exactly 0`,
      fix: 'look for argMax, round or a constant between the weights and the loss, a saturated output, or units that are all dead',
    })
  } else if (first && final && ratio < bounds.vanishing) {
    causes.push({
      name: 'vanishing-gradients',
      evidence: `relative to its weights the gradient of the first kernel '${first.name}' is ${formatNumber(ratio)} times that of the last, '${final.name}'`,
      fix: 'use relu instead of sigmoid or tanh in deep stacks, initialise for the activation (heNormal for relu), add batch normalisation or shortcuts',
    })
  } else if (first && final && ratio > bounds.exploding) {
    causes.push({
      name: 'exploding-gradients',
      evidence: `relative to its weights the gradient of the first kernel '${first.name}' is ${formatNumber(ratio)} times that of the last, '${final.name}'`,
      fix: 'make the initial weights smaller, normalise the inputs, add batch normalisation, clip the gradients by their norm',
    })
  } else if (largest < bounds.updateLow && records.length > 0) {
    causes.push({
      name: 'learning-rate-too-low',
      evidence: `no update is more than ${formatNumber(largest)} of the weights${rated}, although gradients are ${formatNumber(total(last, 'gradient') / total(last, 'weight'))} of them; usual is about 0.001`,
      fix: 'raise the learning rate until updates are about 0.001 of the weights',
    })
  }
  return { causes, ratio, update }
}
