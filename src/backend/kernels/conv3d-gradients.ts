import * as tf from '@tensorflow/tfjs'
import { arrayKernel } from './array-kernel.js'
import { replaceKernel } from './replace-kernel.js'

type Shape5D = [number, number, number, number, number]

interface Conv3DAttributes {
  strides: number | [number, number, number]
  pad: 'same' | 'valid' | number
}

interface InputAttributes extends Conv3DAttributes {
  inputShape: number[]
}

interface FilterAttributes extends Conv3DAttributes {
  filterShape: number[]
}

/**
 * Mends the gradients of conv3d on `wasm`: the released one for the input is wrong in most entries, the one for
 * the filter wherever the strides are not 1.
 */
export function registerConv3DGradients(): void {
  replaceKernel('Conv3DBackpropInputV2', 'wasm', backpropInput)
  replaceKernel('Conv3DBackpropFilterV2', 'wasm', backpropFilter)
}

const backpropInput = arrayKernel<InputAttributes>(({ dy, filter }, attributes) => {
  const { inputShape } = attributes
  const dyValues = dy!.values
  const weights = filter!.values
  const gradient = new Float32Array(inputShape.reduce((product, length) => product * length, 1))
  forEachTap(inputShape, filter!.shape, attributes, (input, tap, output, inChannels, outChannels) => {
    for (let c = 0; c < inChannels; c++) {
      const row = tap + c * outChannels
      let sum = 0
      for (let o = 0; o < outChannels; o++) sum += weights[row + o]! * dyValues[output + o]!
      gradient[input + c]! += sum
    }
  })
  return { values: gradient, shape: inputShape, dtype: 'float32' }
})

const backpropFilter = arrayKernel<FilterAttributes>(({ x, dy }, attributes) => {
  const { filterShape } = attributes
  const xValues = x!.values
  const dyValues = dy!.values
  // Summed over the whole batch and volume, so in double precision.
  const gradient = new Float64Array(filterShape.reduce((product, length) => product * length, 1))
  forEachTap(x!.shape, filterShape, attributes, (input, tap, output, inChannels, outChannels) => {
    for (let c = 0; c < inChannels; c++) {
      const value = xValues[input + c]!
      const row = tap + c * outChannels
      for (let o = 0; o < outChannels; o++) gradient[row + o]! += value * dyValues[output + o]!
    }
  })
  return { values: Float32Array.from(gradient), shape: filterShape, dtype: 'float32' }
})

/**
 * Visits every pair of an output cell and a filter tap that falls inside the input. `input`, `tap` and `output`
 * are the offsets of their first channels.
 */
function forEachTap(
  inputShape: number[],
  filterShape: number[],
  { strides, pad }: Conv3DAttributes,
  visit: (input: number, tap: number, output: number, inChannels: number, outChannels: number) => void,
): void {
  const geometry = tf.backend_util.computeConv3DInfo(
    inputShape as Shape5D,
    filterShape as Shape5D,
    strides,
    1,
    pad,
  )
  const { batchSize, inDepth, inHeight, inWidth, inChannels, outChannels } = geometry
  const { outDepth, outHeight, outWidth, strideDepth, strideHeight, strideWidth, padInfo } = geometry
  const { filterDepth, filterHeight, filterWidth } = geometry
  for (let image = 0, output = 0; image < batchSize; image++) {
    for (let outD = 0; outD < outDepth; outD++) {
      for (let outY = 0; outY < outHeight; outY++) {
        for (let outX = 0; outX < outWidth; outX++, output += outChannels) {
          for (let tap = 0; tap < filterDepth * filterHeight * filterWidth; tap++) {
            const d = outD * strideDepth - padInfo.front + Math.floor(tap / (filterHeight * filterWidth))
            const y = outY * strideHeight - padInfo.top + (Math.floor(tap / filterWidth) % filterHeight)
            const x = outX * strideWidth - padInfo.left + (tap % filterWidth)
            if (d < 0 || d >= inDepth || y < 0 || y >= inHeight || x < 0 || x >= inWidth) continue
            const input = ((image * inDepth + d) * inHeight + y) * inWidth + x
            visit(input * inChannels, tap * inChannels * outChannels, output, inChannels, outChannels)
          }
        }
      }
    }
  }
}
