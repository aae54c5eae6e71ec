import * as tf from '@tensorflow/tfjs'

export interface Conv2DAttributes {
  strides: number | [number, number]
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding
  dilations?: number | [number, number]
  dataFormat?: 'NHWC' | 'NCHW'
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

type Shape4D = [number, number, number, number]

/** The geometry of the forward convolution that a gradient kernel belongs to. */
export function conv2DGeometry(
  inputShape: number[],
  filterShape: number[],
  attributes: Conv2DAttributes,
  depthwise: boolean,
): tf.backend_util.Conv2DInfo {
  const { strides, pad, dilations = 1, dataFormat = 'NHWC', dimRoundingMode } = attributes
  if (dataFormat !== 'NHWC') {
    // The forward pass on wasm refuses NCHW too; layers with channelsFirst transpose before they convolve.
    throw new Error(`The gradient of conv2d on wasm takes dataFormat 'NHWC' only; got '${dataFormat}'`)
  }
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  )
}
