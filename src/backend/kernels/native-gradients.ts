import { registerNativeActivationGradients } from './native-activation-gradients.js'
import { registerNativeBatchNormGrad } from './native-batch-norm-grad.js'
import { registerReductionGradients } from './reduction-gradients.js'

/**
 * Gradients that TensorFlow.js composes of many native calls, in fewer of them. `VITEST_RECIPE_NATIVE_GRADIENTS=0`
 * switches them off; relu's has a switch of its own.
 */
export function registerNativeGradients(): void {
  if (process.env.VITEST_RECIPE_NATIVE_GRADIENTS === '0') return
  registerNativeActivationGradients()
  registerNativeBatchNormGrad()
  registerReductionGradients()
}
