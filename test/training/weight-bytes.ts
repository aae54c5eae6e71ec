import type * as tf from '@tensorflow/tfjs'

/** The bytes of tensors, in order: equal only when every bit is. */
export function bytesOf(tensors: readonly tf.Tensor[]): Buffer[] {
  return tensors.map((tensor) => {
    const values = tensor.dataSync()
    return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  })
}
