import { formatNumber } from '../figures/number.js'
import { mean } from '../statistics/estimates.js'
import type { Cause } from './cause.js'

interface CapacityOutcome {
  capacity: unknown
  parameters: number
  loss: number
}

const farAbove = 2

/** Why the loss does not fall with capacity, from the runs alone. */
export function diagnoseCapacity(
  runs: readonly CapacityOutcome[],
  curves: Record<string, number[]>,
  constant: number,
): Cause[] {
  const same = runs.find(({ parameters }, i) => i > 0 && parameters <= runs[i - 1]!.parameters)
  if (same) {
    return [
      {
        name: 'too-little-capacity',
        evidence: `the models have ${runs.map(({ parameters }) => parameters).join(', ')} weights: the capacity does not reach the layers`,
        fix: 'use the argument of the factory for the number of units or filters, and list capacities smallest first',
      },
    ]
  }
  // A clipped cross-entropy does not become infinite: it stays far above what a constant prediction gives.
  const diverged = runs.find(({ loss }) => !(loss <= farAbove * Math.abs(constant)))
  if (diverged) {
    return [
      {
        name: 'learning-rate-too-high',
        evidence: `the loss at capacity ${String(diverged.capacity)} ends at ${formatNumber(diverged.loss)}, while the best constant prediction has ${formatNumber(constant)}`,
        fix: 'lower the learning rate by ten until every capacity trains: larger models take smaller steps',
      },
    ]
  }
  const atBaseline = runs.every(({ loss }) => loss > 0.95 * constant)
  if (atBaseline) {
    const [first] = Object.values(curves)
    const moved = first ? mean(first.slice(0, 10)) - mean(first.slice(-10)) : 0
    return [
      {
        name: moved < 0.01 * constant ? 'learning-rate-too-low' : 'labels-independent-of-inputs',
        evidence: `no capacity gets below the best constant prediction (${formatNumber(constant)}): ${runs.map(({ loss }) => formatNumber(loss)).join(', ')}`,
        fix: 'see whether the smallest model overfits a single batch (toOverfitBatch), which names the cause',
      },
    ]
  }
  return [
    {
      name: 'learning-rate-too-high',
      evidence: `larger models do not end lower: ${runs.map(({ capacity, loss }) => `${String(capacity)}: ${formatNumber(loss)}`).join(', ')}`,
      fix: 'lower the learning rate or give more steps; if it stays, something other than width limits the model: a bottleneck layer, regularisation, noise in the labels',
    },
  ]
}
