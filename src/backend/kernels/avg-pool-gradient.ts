import { arrayKernel } from './array-kernel.js'
import { forEachWindow, type PoolAttributes, poolGeometry } from './pool-windows.js'
import { replaceKernel } from './replace-kernel.js'

/**
 * Mends the gradient of average pooling, in two and three dimensions, on `cpu` and `wasm`.
 *
 * Their forward pass divides by the number of cells a window covers, but their released gradient divides by
 * the full window size. With padding 'same' the two differ at the border by up to 50 %.
 */
export function registerAvgPoolGradient(backendName: 'cpu' | 'wasm'): void {
  replaceKernel('AvgPoolGrad', backendName, avgPoolGradient)
  replaceKernel('AvgPool3DGrad', backendName, avgPoolGradient)
}

const avgPoolGradient = arrayKernel<PoolAttributes>(({ dy, input }, attributes) => {
  const { shape } = input!
  const dyValues = dy!.values
  const geometry = poolGeometry(shape, attributes)
  const { channels, depth, height, width } = geometry
  const dx = new Float32Array(input!.values.length)

  forEachWindow(geometry, (window, image) => {
    const { frontFrom, frontTo, topFrom, topTo, leftFrom, leftTo, cells, output } = window
    for (let d = frontFrom; d < frontTo; d++) {
      for (let y = topFrom; y < topTo; y++) {
        let cell = (((image * depth + d) * height + y) * width + leftFrom) * channels
        for (let x = leftFrom; x < leftTo; x++) {
          for (let c = 0; c < channels; c++) dx[cell++]! += dyValues[output + c]! / cells
        }
      }
    }
  })
  return { values: dx, shape, dtype: 'float32' }
})
