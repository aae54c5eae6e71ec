import * as tf from '@tensorflow/tfjs'

/**
 * Makes `kernelFunc` the implementation of a kernel on one backend, whether or not the backend has one.
 * Calling it again changes nothing, so every `register…` function built on it may run once per test file.
 */
export function replaceKernel(kernelName: string, backendName: string, kernelFunc: tf.KernelFunc): void {
  // Registering over an existing kernel prints a warning, so the old one has to go first.
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName)
  tf.registerKernel({ kernelName, backendName, kernelFunc })
}
