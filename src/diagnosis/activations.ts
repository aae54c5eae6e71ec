import { formatNumber, formatPercent } from '../figures/number.js'
import { tensorsOf } from '../training/examples.js'
import type { LayerOutput } from '../training/layer-outputs.js'
import type { TensorGroup } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { constantInputs } from './constant-inputs.js'
import { inputScale, isOffScale } from './input-scale.js'

/** The hidden layers after so many steps. */
export interface ActivationState {
  layers: readonly LayerOutput[]
  step: number
}

/** Shares beyond which a layer has all but stopped to pass gradients. */
const mostDead = 0.9
const mostSaturated = 0.9
/** Sizes of layers against the inputs: initialisers keep them within a factor of ten or so. */
const collapsed = 1e-4
const exploded = 1e4

/** The first hidden layer in trouble, and why; undefined when all are well. */
export function causeOfActivations(
  { layers, step }: ActivationState,
  inputs: TensorGroup,
): Cause | undefined {
  const scale = inputScale(inputs)
  const named = ({ index, className }: LayerOutput) => `layer ${index} (${className})`
  const first = (is: (layer: LayerOutput) => boolean) => layers.find(is)
  const infinite = first(({ finite }) => !finite)
  if (infinite) {
    return {
      name: step > 0 ? 'diverging-loss' : 'init-too-large',
      evidence: `${named(infinite)} puts out numbers that are not finite`,
      fix: step > 0 ? 'lower the learning rate' : 'use the default kernelInitializer and inputs of size 1',
    }
  }
  const troubled = first((layer) => layer.symmetric || layer.dead > mostDead)
  const constant = troubled && constantInputs(inputs)
  if (constant) return constant
  const symmetric =
    step === 0 ? first((layer) => layer.symmetric && layer.className !== 'BatchNormalization') : undefined
  if (symmetric) {
    return {
      name: 'symmetric-init',
      evidence: `all ${symmetric.units} units of ${named(symmetric)} give the same for every example, so they learn the same`,
      fix: "remove the constant kernelInitializer ('zeros', 'ones'); the default, glorotNormal, draws each weight",
    }
  }
  const dead = first((layer) => layer.dead > mostDead)
  if (dead) {
    return {
      name: 'dead-units',
      evidence: `${formatPercent(dead.dead)} of the ${dead.units} units of ${named(dead)} give 0 for every example of the batch`,
      fix: `${step > 0 ? 'lower the learning rate' : 'lower the initial weights, start biases at 0'}, or use leaky relu`,
    }
  }
  const saturated = first((layer) => layer.saturated > mostSaturated)
  if (saturated) {
    const offScale = isOffScale(scale)
    return {
      name: offScale && step === 0 ? 'unnormalized-inputs' : 'saturated-units',
      evidence: `${formatPercent(saturated.saturated)} of the values of ${named(saturated)} are at the ends of its ${saturated.activation}${offScale ? `; the inputs reach ${formatNumber(scale.largest)}` : ''}`,
      fix: offScale
        ? 'scale the inputs to mean 0 and standard deviation 1'
        : `${step > 0 ? 'lower the learning rate' : 'make the initial weights smaller'}, use relu instead, or add batch normalisation before it`,
    }
  }
  if (tensorsOf(inputs).every(({ dtype }) => dtype !== 'float32') || scale.size === 0 || step > 0)
    return undefined
  const small = first(({ size }) => size < collapsed * scale.size)
  if (small) {
    return {
      name: 'init-too-small',
      evidence: `${named(small)} puts out values of size ${formatNumber(small.size)} for inputs of size ${formatNumber(scale.size)}`,
      fix: "use the default kernelInitializer, or 'heNormal' before relu; with randomNormal set stddev to 1 / sqrt(inputs)",
    }
  }
  const large = first(({ size }) => size > exploded * scale.size)
  if (!large) return undefined
  return {
    name: 'init-too-large',
    evidence: `${named(large)} puts out values of size ${formatNumber(large.size)} for inputs of size ${formatNumber(scale.size)}`,
    fix: "use the default kernelInitializer, or 'heNormal' before relu; with randomNormal set stddev to 1 / sqrt(inputs)",
  }
}
