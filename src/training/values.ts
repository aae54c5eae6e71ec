import * as tf from '@tensorflow/tfjs'

/** The numbers of a tensor, as data that go to a file or to another process. */
export interface Values {
  shape: number[]
  dtype: tf.DataType
  values: tf.DataTypeMap[tf.NumericDataType]
}

export const valuesOf = (tensor: tf.Tensor): Values => ({
  shape: tensor.shape,
  dtype: tensor.dtype,
  values: tensor.dataSync<tf.NumericDataType>().slice(),
})

export const tensorOf = ({ shape, dtype, values }: Values): tf.Tensor => tf.tensor(values, shape, dtype)
