import type * as tf from '@tensorflow/tfjs'

interface OperationAttribute {
  name: string
  type: number
  value: number | boolean | string
}

/** The part of tfjs-node's backend that runs native operations by name and keeps their tensors. */
export interface NativeBackend {
  binding: {
    TF_ATTR_TYPE: number
    TF_ATTR_FLOAT: number
    TF_ATTR_BOOL: number
    TF_ATTR_STRING: number
    TF_FLOAT: number
  }
  tensorMap: { get(dataId: tf.DataId): { shape: number[] } }
  incRef(dataId: tf.DataId): void
  executeSingleOutput(name: string, attributes: OperationAttribute[], inputs: tf.TensorInfo[]): tf.Tensor
  executeMultipleOutputs(
    name: string,
    attributes: OperationAttribute[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[]
}

/** An attribute that says that numbers are 32-bit floats. */
export function float32({ binding }: NativeBackend, name = 'T'): OperationAttribute {
  return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }
}
