import { type ArrayTensor, arrayKernel } from './array-kernel.js'
import { forEachWindow, type PoolAttributes, type PoolGeometry, poolGeometry } from './pool-windows.js'
import { replaceKernel } from './replace-kernel.js'

/**
 * Mends max pooling on `wasm`: the gradient in two and three dimensions, and the forward pass in three.
 *
 * The released kernels start the search for a window's maximum from the smallest positive float instead of
 * minus infinity. A window of negatives (pooling before a relu, tanh, batch norm) then sends its gradient to
 * the wrong cell, and in three dimensions pools to 1.18e-38.
 */
export function registerMaxPool(): void {
  replaceKernel('MaxPoolGrad', 'wasm', maxPoolGradient)
  replaceKernel('MaxPool3DGrad', 'wasm', maxPoolGradient)
  replaceKernel('MaxPool3D', 'wasm', maxPool3d)
}

const maxPoolGradient = arrayKernel<PoolAttributes>(({ dy, input }, attributes) => {
  const dyValues = dy!.values
  const dx = new Float32Array(input!.values.length)
  const maxima = locateMaxima(input!, poolGeometry(input!.shape, attributes))
  for (let output = 0; output < maxima.length; output++) dx[maxima[output]!]! += dyValues[output]!
  return { values: dx, shape: input!.shape, dtype: 'float32' }
})

const maxPool3d = arrayKernel<PoolAttributes>(({ x }, attributes) => {
  const { values, dtype } = x!
  const geometry = poolGeometry(x!.shape, attributes)
  const maxima = locateMaxima(x!, geometry)
  const pooled = dtype === 'int32' ? new Int32Array(maxima.length) : new Float32Array(maxima.length)
  for (let output = 0; output < maxima.length; output++) pooled[output] = values[maxima[output]!]!
  return { values: pooled, shape: geometry.outShape, dtype }
})

/** For every output cell, where in the input its value comes from; the first cell wins a tie, as in TensorFlow. */
function locateMaxima({ values }: ArrayTensor, geometry: PoolGeometry): Int32Array {
  const { channels, depth, height, width, outShape } = geometry
  const maxima = new Int32Array(outShape.reduce((product, length) => product * length, 1))
  forEachWindow(geometry, ({ frontFrom, frontTo, topFrom, topTo, leftFrom, leftTo, output }, image) => {
    // Channels innermost: they lie side by side in memory.
    const first = (((image * depth + frontFrom) * height + topFrom) * width + leftFrom) * channels
    for (let c = 0; c < channels; c++) maxima[output + c] = first + c
    for (let d = frontFrom; d < frontTo; d++) {
      for (let y = topFrom; y < topTo; y++) {
        let cell = (((image * depth + d) * height + y) * width + leftFrom) * channels
        for (let x = leftFrom; x < leftTo; x++) {
          for (let c = 0; c < channels; c++, cell++) {
            if (values[cell]! > values[maxima[output + c]!]!) maxima[output + c] = cell
          }
        }
      }
    }
  })
  return maxima
}
