import type { BackendName } from '../backend-name.js'
import { registerFlatAdam } from '../flat-adam.js'
import { registerAvgPoolGradient } from './avg-pool-gradient.js'
import { registerConv2DBackpropFilter } from './conv2d-backprop-filter.js'
import { registerConv2DBackpropInput } from './conv2d-backprop-input.js'
import { registerConv3DGradients } from './conv3d-gradients.js'
import { registerDatasetShuffle } from './dataset-shuffle.js'
import { registerDepthwiseConv2DGradients } from './depthwise-conv2d-gradients.js'
import { registerDilation2D } from './dilation2d.js'
import { registerEinsum } from './einsum.js'
import { registerMaxPool } from './max-pool.js'
import { registerMultinomial } from './multinomial.js'
import { registerNativeGradients } from './native-gradients.js'
import { registerNativeReluGrad } from './native-relu-grad.js'
import { registerPlainMatMul } from './plain-mat-mul.js'
import { registerResizeBilinearGradient } from './resize-bilinear-gradient.js'
import { registerSharedReshape } from './shared-reshape.js'
import { registerUnsortedSegmentSum } from './unsorted-segment-sum.js'

const registered = new Set<BackendName>()

/**
 * Adds the training kernels a backend lacks, mends those it gets wrong, and closes its leaks of randomness.
 * Idempotent. Call it once the backend is registered; it takes effect when that backend is set.
 */
export function registerKernels(backend: BackendName): void {
  if (registered.has(backend)) return
  registered.add(backend)
  registerDatasetShuffle()
  switch (backend) {
    case 'tensorflow':
      registerMultinomial()
      registerNativeReluGrad()
      registerNativeGradients()
      registerSharedReshape()
      registerPlainMatMul()
      registerFlatAdam()
      break
    case 'wasm':
      registerConv2DBackpropFilter()
      registerConv2DBackpropInput()
      registerDepthwiseConv2DGradients()
      registerUnsortedSegmentSum()
      registerEinsum('wasm')
      registerAvgPoolGradient('wasm')
      registerMaxPool()
      registerConv3DGradients()
      registerDilation2D()
      registerFlatAdam()
      break
    case 'cpu':
      registerEinsum('cpu')
      registerAvgPoolGradient('cpu')
      registerResizeBilinearGradient()
      break
    default:
      backend satisfies never
  }
}
