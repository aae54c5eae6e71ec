import * as tf from '@tensorflow/tfjs'
import { float32, type NativeBackend } from './native-backend.js'
import { replaceGradient } from './replace-gradient.js'
import { replaceKernel } from './replace-kernel.js'

/**
 * Gradients of tanh, sigmoid and clipping on `tensorflow` in fewer native calls: one for each of tanh and sigmoid
 * instead of three, two for clipping (hard sigmoid, cross-entropy) instead of five. Tanh and clipping give the bits
 * that TensorFlow.js composes; sigmoid multiplies in another order in the few entries that do not fill a vector
 * register, and may differ there by two units in the last place.
 */
export function registerNativeActivationGradients(): void {
  for (const activation of ['Tanh', 'Sigmoid']) registerFromOutput(activation)
  registerClipGradient()
}

/** TensorFlow computes these from the output: TanhGrad(y, dy), SigmoidGrad(y, dy). */
function registerFromOutput(activation: string): void {
  const kernelName = `VitestRecipe${activation}Grad`
  replaceKernel(kernelName, 'tensorflow', ({ inputs, backend }) => {
    const native = backend as NativeBackend
    return native.executeSingleOutput(`${activation}Grad`, [float32(native)], [inputs.y!, inputs.dy!])
  })
  replaceGradient(activation, {
    gradFunc: (dy, [y]) => ({
      x: () => tf.engine().runKernel(kernelName, { y: y!, dy: dy as tf.Tensor }) as tf.Tensor,
    }),
  })
}

/** The gradient passes where clipping changed nothing; a NaN is not equal to itself and passes none, as composed. */
function registerClipGradient(): void {
  const kernelName = 'VitestRecipeClipByValueGrad'
  replaceKernel(kernelName, 'tensorflow', ({ inputs, backend }) => {
    const native = backend as NativeBackend
    const compareShapes = { name: 'incompatible_shape_error', type: native.binding.TF_ATTR_BOOL, value: true }
    const { x, y, dy } = inputs as { x: tf.TensorInfo; y: tf.TensorInfo; dy: tf.TensorInfo }
    const within = native.executeSingleOutput('Equal', [float32(native), compareShapes], [x, y])
    const zero = tf.scalar(0)
    const dx = native.executeSingleOutput('SelectV2', [float32(native)], [within, dy, zero])
    tf.dispose([within, zero])
    return dx
  })
  replaceGradient('ClipByValue', {
    outputsToSave: [true],
    gradFunc: (dy, [x, y]) => ({
      x: () => tf.engine().runKernel(kernelName, { x: x!, y: y!, dy: dy as tf.Tensor }) as tf.Tensor,
    }),
  })
}
