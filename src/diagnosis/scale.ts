import { formatNumber } from '../figures/number.js'
import type { Cause } from './cause.js'
import { type InputScale, isOffScale } from './input-scale.js'
import type { WeightScale } from './weight-scale.js'

/** Inputs and initial weights that are far off the usual scale, the larger excess first: their product saturates. */
export function causesOfScale(inputs: InputScale, weights: WeightScale | undefined): Cause[] {
  const causes: Array<{ cause: Cause; excess: number }> = []
  if (isOffScale(inputs)) {
    causes.push({
      excess: inputs.size,
      cause: {
        name: 'unnormalized-inputs',
        evidence: `inputs have mean ${formatNumber(inputs.mean)}, standard deviation ${formatNumber(inputs.deviation)} and reach ${formatNumber(inputs.largest)}`,
        fix: 'scale the inputs to mean 0 and standard deviation 1, or to the range 0 to 1 (pixels / 255)',
      },
    })
  }
  if (weights) {
    causes.push({
      excess: weights.ratio,
      cause: {
        name: 'init-too-large',
        evidence: `the weights of layer ${weights.index} (${weights.className}) have standard deviation ${formatNumber(weights.deviation)}, ${formatNumber(weights.ratio)} times the ${formatNumber(weights.usual)} that keeps ${weights.fanIn} inputs at their scale`,
        fix: "use the default kernelInitializer, or 'heNormal' before relu; with randomNormal set stddev to 1 / sqrt(inputs)",
      },
    })
  }
  return causes.sort((a, b) => b.excess - a.excess).map(({ cause }) => cause)
}
