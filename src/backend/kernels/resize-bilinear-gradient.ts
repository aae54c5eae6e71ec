import * as tf from '@tensorflow/tfjs'
import { replaceKernel } from './replace-kernel.js'

let released: tf.KernelFunc | undefined

/**
 * Mends the gradient of bilinear resizing on `cpu`: the released kernel computes the right numbers and labels
 * them with height and width exchanged, so images that are not square throw.
 */
export function registerResizeBilinearGradient(): void {
  released ??= tf.getKernel('ResizeBilinearGrad', 'cpu').kernelFunc
  const compute = released
  replaceKernel('ResizeBilinearGrad', 'cpu', (call) => {
    const gradient = compute(call) as tf.TensorInfo
    return { ...gradient, shape: call.inputs.images!.shape }
  })
}
