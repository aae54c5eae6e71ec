import * as tf from '@tensorflow/tfjs'
import { type GradientCase, named, type Pair } from './gradient-cases.js'

const pool2dSettings: [
  xShape: number[],
  filter: number | Pair,
  strides: number | Pair,
  pad: 'same' | 'valid' | number,
][] = [
  [[2, 4, 4, 3], 2, 2, 'valid'],
  [[2, 5, 5, 2], 2, 2, 'same'],
  [[1, 5, 6, 2], 3, 1, 'same'],
  [[1, 6, 5, 2], [3, 2], [2, 1], 'same'],
  [[1, 7, 7, 1], 3, 2, 'valid'],
  [[1, 5, 5, 2], 2, 3, 'same'],
  [[1, 5, 5, 2], 3, 2, 1],
]

const pool3dSettings: [xShape: number[], filter: number, strides: number, pad: 'same' | 'valid'][] = [
  [[1, 3, 4, 4, 2], 2, 2, 'valid'],
  [[1, 3, 3, 5, 2], 2, 2, 'same'],
  [[1, 3, 4, 3, 1], 3, 1, 'same'],
]

export const avgPoolCases: GradientCase[] = [
  ...pool2dSettings.map(
    ([xShape, filter, strides, pad]): GradientCase => ({
      name: named('avgPool', xShape, filter, strides, pad),
      shapes: [xShape],
      refusedByNative: typeof pad !== 'string',
      forward: (x) => tf.avgPool(x as tf.Tensor4D, filter, strides, pad),
    }),
  ),
  ...pool3dSettings.map(
    ([xShape, filter, strides, pad]): GradientCase => ({
      name: named('avgPool3d', xShape, filter, strides, pad),
      shapes: [xShape],
      forward: (x) => tf.avgPool3d(x as tf.Tensor5D, filter, strides, pad),
    }),
  ),
]

export const maxPoolCases: GradientCase[] = [
  ...pool2dSettings.map(
    ([xShape, filter, strides, pad]): GradientCase => ({
      name: named('maxPool', xShape, filter, strides, pad),
      shapes: [xShape],
      center: -3,
      refusedByNative: typeof pad !== 'string',
      forward: (x) => tf.maxPool(x as tf.Tensor4D, filter, strides, pad),
    }),
  ),
  ...pool3dSettings.map(
    ([xShape, filter, strides, pad]): GradientCase => ({
      name: named('maxPool3d', xShape, filter, strides, pad),
      shapes: [xShape],
      center: -3,
      forward: (x) => tf.maxPool3d(x as tf.Tensor5D, filter, strides, pad),
    }),
  ),
]
