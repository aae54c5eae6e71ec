import * as tf from '@tensorflow/tfjs'

interface Replacement {
  /** May call kernels that have no gradient of their own. */
  gradFunc: tf.GradFunc
  /** Outputs to save in addition to what TensorFlow.js saves: they come after the saved inputs. */
  outputsToSave?: boolean[]
  /** Whether `gradFunc` can do these; otherwise TensorFlow.js composes the gradient as it always did. */
  applies?: (saved: tf.Tensor[]) => boolean
}

const replaced = Symbol.for('vitest-recipe.gradient')

/**
 * Replaces the gradient of a kernel where it runs on `tensorflow` and on float32. Gradients are registered for all
 * backends at once, so the replacement looks where it runs. Gradients of gradients need every operation on the way to
 * be differentiable: within another gradient the one of TensorFlow.js is taken.
 */
export function replaceGradient(kernelName: string, replacement: Replacement): void {
  const published = tf.getGradient(kernelName)
  if (!published || replaced in published.gradFunc) return
  const { gradFunc: replacing, applies, outputsToSave = published.outputsToSave } = replacement
  const gradFunc: tf.GradFunc = (dy, saved, attributes) =>
    isPlainNative([dy as tf.Tensor, ...saved]) && (applies?.(saved) ?? true)
      ? replacing(dy, saved, attributes)
      : published.gradFunc(dy, saved, attributes)
  tf.registerGradient({
    ...published,
    ...(outputsToSave && { outputsToSave }),
    gradFunc: Object.assign(gradFunc, { [replaced]: true }),
  })
}

function isPlainNative(tensors: tf.Tensor[]): boolean {
  if (tf.getBackend() !== 'tensorflow' || tf.engine().state.gradientDepth > 0) return false
  return tensors.every(({ dtype }) => dtype === 'float32')
}
