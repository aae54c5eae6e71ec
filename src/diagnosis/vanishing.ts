import * as tf from '@tensorflow/tfjs'
import { formatNumber } from '../figures/number.js'
import type { Examples, Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'

/** AutoTrainer (Zhang et al., ICSE 2021) calls gradients vanished where those of the first layer are so small a share. */
const vanished = 1e-3

/** Gradients that reach the first layer a thousand times weaker than the last. */
export function vanishingGradients(program: Trainable, batch: Examples): Cause[] {
  const taken = program.stepWithGradients?.(batch)
  if (!taken) return []
  const norms = Object.entries(taken.gradients)
    .filter(([, gradient]) => gradient.rank > 1)
    .map(([name, gradient]) => ({ name, norm: tf.tidy(() => gradient.norm().dataSync()[0]!) }))
  tf.dispose([taken.loss, taken.gradients])
  const [first, last] = [norms[0], norms.at(-1)]
  // None at all is another fault.
  if (norms.length < 3 || first!.norm === 0 || !(first!.norm < vanished * last!.norm)) return []
  return [
    {
      name: 'vanishing-gradients',
      evidence: `the gradient of '${first!.name}' has norm ${formatNumber(first!.norm)}, that of '${last!.name}' ${formatNumber(last!.norm)}: what the first layers get to know is ${formatNumber(first!.norm / last!.norm)} of it`,
      fix: "use activation: 'relu' with kernelInitializer: 'heNormal' in the hidden layers, fewer layers, or batch normalisation between them",
    },
  ]
}
