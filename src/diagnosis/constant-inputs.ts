import * as tf from '@tensorflow/tfjs'
import { tensorsOf } from '../training/examples.js'
import type { TensorGroup } from '../training/trainable.js'
import type { Cause } from './cause.js'

/** Inputs that are one and the same number everywhere: what dead units and zero gradients then come from. */
export function constantInputs(inputs: TensorGroup): Cause | undefined {
  const constant = tensorsOf(inputs).every((tensor) =>
    tf.tidy(() => {
      const values = tensor.toFloat()
      return tf.sub(tf.max(values), tf.min(values)).dataSync()[0] === 0
    }),
  )
  if (!constant) return undefined
  return {
    name: 'constant-inputs',
    evidence: 'all inputs of the batch are one and the same number',
    fix: 'look at the inputs just before the model: a buffer that was never filled, a division that rounds to 0, a wrong slice',
  }
}
