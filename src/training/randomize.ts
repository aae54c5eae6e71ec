import * as tf from '@tensorflow/tfjs'
import { mixSeed, mulberry32 } from './seed.js'
import type { Trainable } from './trainable.js'

/**
 * Gives every trainable weight random values, so that heads which start at zero and units that happen to be dead
 * do not hide what depends on what. Kernels get `scale` / √fanIn; vectors (biases, gains of a normalisation) values
 * from 0.5 to 1.5, which keep rectifiers open. False when the weights are not variables and stay as they are.
 */
export function randomizeWeights(program: Trainable, seed: number, scale = 1): boolean {
  const weights = Object.values(program.weights())
  if (!weights.every((weight): weight is tf.Variable => 'assign' in weight)) return false
  weights.forEach((weight, i) => {
    const random = mulberry32(mixSeed(seed, 'weights', i))
    const deviation = (scale * Math.sqrt(weight.shape.at(-1) ?? 1)) / Math.sqrt(weight.size)
    const draw = weight.rank > 1 ? () => deviation * normal(random) : () => 0.5 + random()
    tf.tidy(() => weight.assign(tf.tensor(Float32Array.from({ length: weight.size }, draw), weight.shape)))
  })
  return true
}

/** A number from the standard normal distribution (Box and Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
