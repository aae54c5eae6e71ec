import * as tf from '@tensorflow/tfjs'
import { replaceKernel } from './replace-kernel.js'

interface Attributes {
  numSamples: number
  /** Never 0: `tf.multinomial` draws one from Math.random when none is given, so mostly within (0, 1). */
  seed: number
  normalized: boolean
}

/**
 * Makes `tf.multinomial` on `tensorflow` repeatable. The native operation keeps a state of its own, truncates
 * seeds below 1 to 0 (which it reads as "none") and draws differently each time even for a fixed seed.
 */
export function registerMultinomial(): void {
  replaceKernel('Multinomial', 'tensorflow', ({ inputs, attrs }) => {
    const attributes = attrs as unknown as Attributes
    return tf.tidy(() => sample(inputs.logits as tf.Tensor2D, attributes))
  })
}

function sample(logits: tf.Tensor2D, { numSamples, seed, normalized }: Attributes): tf.Tensor {
  const [rows, outcomes] = logits.shape
  const probabilities = (normalized ? logits : tf.softmax(logits)).dataSync()
  // randomUniform is seeded JavaScript on every backend and takes fractional seeds.
  const uniforms = tf.randomUniform([rows * numSamples], 0, 1, 'float32', seed).dataSync()
  const drawn = new Int32Array(rows * numSamples)
  for (let i = 0; i < drawn.length; i++) {
    const row = Math.floor(i / numSamples) * outcomes
    drawn[i] = outcomeAt(uniforms[i]!, probabilities.subarray(row, row + outcomes))
  }
  return tf.tensor2d(drawn, [rows, numSamples], 'int32')
}

/** Inverts the cumulative distribution. Rounding may leave its end below 1: the last possible outcome takes the rest. */
function outcomeAt(uniform: number, probabilities: ArrayLike<number>): number {
  let cumulative = 0
  let lastPossible = 0
  for (let outcome = 0; outcome < probabilities.length; outcome++) {
    const probability = probabilities[outcome]!
    if (!(probability > 0)) continue
    cumulative += probability
    lastPossible = outcome
    if (uniform < cumulative) return outcome
  }
  return lastPossible
}
