import * as tf from '@tensorflow/tfjs'
import { type ArrayTensor, arrayKernel } from './array-kernel.js'
import { replaceKernel } from './replace-kernel.js'

interface Attributes {
  strides: number | [number, number]
  pad: 'same' | 'valid' | number
  dilations: number | [number, number]
}

/**
 * Mends dilation2d on `wasm`, forward and both gradients. Like max pooling there, the released kernels look for
 * the maximum of `x + filter` from the smallest positive float upwards and lose it where all sums are negative.
 */
export function registerDilation2D(): void {
  replaceKernel('Dilation2D', 'wasm', dilation2d)
  replaceKernel('Dilation2DBackpropInput', 'wasm', backpropInput)
  replaceKernel('Dilation2DBackpropFilter', 'wasm', backpropFilter)
}

const dilation2d = arrayKernel<Attributes>(({ x, filter }, attributes) => {
  const shape = dilationGeometry(x!, filter!, attributes).outShape
  const dilated = new Float32Array(shape.reduce((product, length) => product * length, 1))
  forEachMaximum(x!, filter!, attributes, (input, tap, output) => {
    dilated[output] = x!.values[input]! + filter!.values[tap]!
  })
  return { values: dilated, shape, dtype: 'float32' }
})

const backpropInput = arrayKernel<Attributes>(({ x, filter, dy }, attributes) => {
  const dyValues = dy!.values
  const gradient = new Float32Array(x!.values.length)
  forEachMaximum(x!, filter!, attributes, (input, _tap, output) => {
    gradient[input]! += dyValues[output]!
  })
  return { values: gradient, shape: x!.shape, dtype: 'float32' }
})

const backpropFilter = arrayKernel<Attributes>(({ x, filter, dy }, attributes) => {
  const dyValues = dy!.values
  const gradient = new Float32Array(filter!.values.length)
  forEachMaximum(x!, filter!, attributes, (_input, tap, output) => {
    gradient[tap]! += dyValues[output]!
  })
  return { values: gradient, shape: filter!.shape, dtype: 'float32' }
})

function dilationGeometry(x: ArrayTensor, filter: ArrayTensor, { strides, pad, dilations }: Attributes) {
  return tf.backend_util.computeDilation2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number],
    strides,
    pad,
    'NHWC',
    dilations,
  )
}

/** Finds, for every output cell, the input cell and filter tap whose sum it took; the first one wins a tie. */
function forEachMaximum(
  x: ArrayTensor,
  filter: ArrayTensor,
  attributes: Attributes,
  visit: (input: number, tap: number, output: number) => void,
): void {
  const geometry = dilationGeometry(x, filter, attributes)
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } =
    geometry
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = geometry
  for (let image = 0, output = 0; image < batchSize; image++) {
    for (let outY = 0; outY < outHeight; outY++) {
      for (let outX = 0; outX < outWidth; outX++) {
        for (let c = 0; c < inChannels; c++, output++) {
          let largest = Number.NEGATIVE_INFINITY
          let bestInput = -1
          let bestTap = -1
          for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
            const row = outY * strideHeight - padInfo.top + Math.floor(tap / filterWidth) * dilationHeight
            const column = outX * strideWidth - padInfo.left + (tap % filterWidth) * dilationWidth
            if (row < 0 || row >= inHeight || column < 0 || column >= inWidth) continue
            const input = ((image * inHeight + row) * inWidth + column) * inChannels + c
            const sum = x.values[input]! + filter.values[tap * inChannels + c]!
            if (sum > largest) {
              largest = sum
              bestInput = input
              bestTap = tap * inChannels + c
            }
          }
          if (bestInput >= 0) visit(bestInput, bestTap, output)
        }
      }
    }
  }
}
