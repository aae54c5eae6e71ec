import type * as tf from '@tensorflow/tfjs'

type Values = Float32Array | Int32Array | Uint8Array

/** By the data of the tensor: a variable that is assigned gets other data. */
const known = new WeakMap<object, WeakRef<Values>>()

/**
 * The values of a tensor, not to be changed. A native backend copies all of them for each reading: checks that follow
 * each other on large data share one copy for as long as memory allows.
 */
export function valuesOf(tensor: tf.Tensor): Values {
  const shared = known.get(tensor.dataId)?.deref()
  if (shared) return shared
  const values = tensor.dataSync()
  known.set(tensor.dataId, new WeakRef(values))
  return values
}
