import type * as tf from '@tensorflow/tfjs'

export type NumericArray = Float32Array | Int32Array | Uint8Array

export interface ArrayTensor<Values extends NumericArray = NumericArray> {
  values: Values
  shape: number[]
  dtype: tf.DataType
}

/**
 * A kernel written as loops over plain typed arrays. It needs only the two methods every backend has
 * (`readSync`, `write`), so one function serves both `wasm` and `cpu`, and it allocates no tensor to leak.
 *
 * The inputs must be treated as read-only: on `cpu` they are the tensor's own memory.
 */
export function arrayKernel<Attributes>(
  compute: (inputs: Record<string, ArrayTensor>, attributes: Attributes) => ArrayTensor,
): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const storage = backend as tf.KernelBackend
    const arrays: Record<string, ArrayTensor> = {}
    for (const [name, info] of Object.entries(inputs)) {
      if (!info) continue
      const values = storage.readSync(info.dataId) as NumericArray
      arrays[name] = { values, shape: info.shape, dtype: info.dtype }
    }
    const { values, shape, dtype } = compute(arrays, attrs as Attributes)
    return { dataId: storage.write(values, shape, dtype), shape, dtype }
  }
}
