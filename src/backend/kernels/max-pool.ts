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
  forEachMaximum(input!, poolGeometry(input!.shape, attributes), (maximum, output) => {
    dx[maximum]! += dyValues[output]!
  })
  return { values: dx, shape: input!.shape, dtype: 'float32' }
})

const maxPool3d = arrayKernel<PoolAttributes>(({ x }, attributes) => {
  const { values, dtype } = x!
  const geometry = poolGeometry(x!.shape, attributes)
  const size = geometry.outShape.reduce((product, length) => product * length, 1)
  const pooled = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)
  forEachMaximum(x!, geometry, (maximum, output) => {
    pooled[output] = values[maximum]!
  })
  return { values: pooled, shape: geometry.outShape, dtype }
})

/** Finds the largest cell of every window and channel; the first one wins a tie, as in native TensorFlow. */
function forEachMaximum(
  { values }: ArrayTensor,
  geometry: PoolGeometry,
  visit: (maximum: number, output: number) => void,
): void {
  const { channels, depth, height, width } = geometry
  forEachWindow(
    geometry,
    ({ frontFrom, frontTo, topFrom, topTo, leftFrom, leftTo, cells, output }, image) => {
      if (cells === 0) return
      for (let c = 0; c < channels; c++) {
        let maximum = (((image * depth + frontFrom) * height + topFrom) * width + leftFrom) * channels + c
        let largest = values[maximum]!
        for (let d = frontFrom; d < frontTo; d++) {
          for (let y = topFrom; y < topTo; y++) {
            let cell = (((image * depth + d) * height + y) * width + leftFrom) * channels + c
            for (let x = leftFrom; x < leftTo; x++, cell += channels) {
              const value = values[cell]!
              if (value > largest) {
                largest = value
                maximum = cell
              }
            }
          }
        }
        visit(maximum, output + c)
      }
    },
  )
}
