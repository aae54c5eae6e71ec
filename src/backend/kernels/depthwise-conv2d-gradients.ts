import { arrayKernel } from './array-kernel.js'
import { type Conv2DAttributes, conv2DGeometry } from './conv2d-geometry.js'
import { replaceKernel } from './replace-kernel.js'

interface FilterAttributes extends Conv2DAttributes {
  filterShape: number[]
}

interface InputAttributes extends Conv2DAttributes {
  inputShape: number[]
}

/** Gives `wasm` both gradients of a depthwise convolution, which the released backend lacks. */
export function registerDepthwiseConv2DGradients(): void {
  replaceKernel('DepthwiseConv2dNativeBackpropFilter', 'wasm', backpropFilter)
  replaceKernel('DepthwiseConv2dNativeBackpropInput', 'wasm', backpropInput)
}

const backpropFilter = arrayKernel<FilterAttributes>(({ x, dy }, attributes) => {
  const { filterShape } = attributes
  const xValues = x!.values
  const dyValues = dy!.values
  // Summed over the whole batch and image, so in double precision.
  const gradient = new Float64Array(filterShape.reduce((product, length) => product * length, 1))
  forEachTap(x!.shape, filterShape, attributes, (input, filter, output, channels, multiplier) => {
    for (let c = 0; c < channels; c++) {
      const value = xValues[input + c]!
      const first = c * multiplier
      for (let m = first; m < first + multiplier; m++) gradient[filter + m]! += value * dyValues[output + m]!
    }
  })
  return { values: Float32Array.from(gradient), shape: filterShape, dtype: 'float32' }
})

const backpropInput = arrayKernel<InputAttributes>(({ dy, filter: weights }, attributes) => {
  const { inputShape } = attributes
  const dyValues = dy!.values
  const weightValues = weights!.values
  const gradient = new Float32Array(inputShape.reduce((product, length) => product * length, 1))
  forEachTap(inputShape, weights!.shape, attributes, (input, filter, output, channels, multiplier) => {
    for (let c = 0; c < channels; c++) {
      const first = c * multiplier
      let sum = 0
      for (let m = first; m < first + multiplier; m++)
        sum += weightValues[filter + m]! * dyValues[output + m]!
      gradient[input + c]! += sum
    }
  })
  return { values: gradient, shape: inputShape, dtype: 'float32' }
})

/**
 * Visits every pair of an output cell and a filter tap that falls inside the input. `input`, `filter` and
 * `output` are offsets of the first channel; channel c of the input meets channels
 * c * multiplier … (c + 1) * multiplier - 1 of the filter tap and of the output.
 */
function forEachTap(
  inputShape: number[],
  filterShape: number[],
  attributes: Conv2DAttributes,
  visit: (input: number, filter: number, output: number, channels: number, multiplier: number) => void,
): void {
  const geometry = conv2DGeometry(inputShape, filterShape, attributes, true)
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = geometry
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, filterHeight, filterWidth } = geometry
  const { top, left } = geometry.padInfo
  const multiplier = outChannels / inChannels
  for (let image = 0; image < batchSize; image++) {
    for (let outY = 0; outY < outHeight; outY++) {
      for (let tapY = 0; tapY < filterHeight; tapY++) {
        const y = outY * strideHeight - top + tapY * dilationHeight
        if (y < 0 || y >= inHeight) continue
        for (let outX = 0; outX < outWidth; outX++) {
          const output = ((image * outHeight + outY) * outWidth + outX) * outChannels
          for (let tapX = 0; tapX < filterWidth; tapX++) {
            const x = outX * strideWidth - left + tapX * dilationWidth
            if (x < 0 || x >= inWidth) continue
            const input = ((image * inHeight + y) * inWidth + x) * inChannels
            visit(input, (tapY * filterWidth + tapX) * outChannels, output, inChannels, multiplier)
          }
        }
      }
    }
  }
}
