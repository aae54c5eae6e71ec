import * as tf from '@tensorflow/tfjs'

type Numbers = Float32Array | Int32Array | Uint8Array

/**
 * The values of several small tensors in one read, which waits for an accelerator once. They stay the caller's; what is not
 * single precision is read by itself.
 */
export function readTogether(tensors: readonly tf.Tensor[]): Numbers[] {
  const joined = tensors.filter(({ dtype }) => dtype === 'float32')
  if (joined.length < 2) return tensors.map((tensor) => tensor.dataSync())
  const read = join(joined)
  const values = read.dataSync<'float32'>()
  read.dispose()
  let at = 0
  return tensors.map((tensor) => {
    if (tensor.dtype !== 'float32') return tensor.dataSync()
    const start = at
    at += tensor.size
    return values.subarray(start, at)
  })
}

/** Scalars alone, the usual case, take one operation. */
function join(tensors: tf.Tensor[]): tf.Tensor {
  if (tensors.every(({ rank }) => rank === 0)) return tf.stack(tensors)
  return tf.tidy(() => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]))))
}
