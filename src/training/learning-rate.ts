import type * as tf from '@tensorflow/tfjs'

/** The learning rate an optimizer works with; undefined when it does not tell. */
export function learningRateOf(optimizer: tf.Optimizer | undefined): number | undefined {
  const { learningRate } = (optimizer ?? {}) as { learningRate?: unknown }
  return typeof learningRate === 'number' ? learningRate : undefined
}

/**
 * Sets the learning rate of an optimizer in use; false when it has none that is known. SGD and Momentum keep a
 * second copy of it as a tensor, which only their own setter reaches (4.22).
 */
export function setLearningRate(optimizer: tf.Optimizer | undefined, rate: number): boolean {
  if (learningRateOf(optimizer) === undefined) return false
  const target = optimizer as unknown as { learningRate: number; setLearningRate?: (rate: number) => void }
  if (target.setLearningRate) target.setLearningRate(rate)
  else target.learningRate = rate
  return true
}
