import * as tf from '@tensorflow/tfjs'
import { tryGradients } from './tape.js'
import type { Examples, Trainable } from './trainable.js'

/**
 * Euclidean norms of the gradients of the loss by weight; a weight that no path leads to is left out. Taken in
 * training mode where the program hands its gradients over (that makes an update), else of its `loss()`. Undefined
 * when the loss has no gradient or the weights are not variables.
 */
export function gradientNorms(program: Trainable, batch: Examples): Record<string, number> | undefined {
  if (program.stepWithGradients) {
    return tryGradients(() => {
      const { loss, gradients } = program.stepWithGradients!(batch)
      tf.dispose(loss)
      return normsOfGradients(gradients)
    })
  }
  return lossGradients(program, batch, normsOfGradients)
}

/**
 * What `read` makes of the gradients of `loss()` by weight, without an update; a weight that no path leads to is left
 * out. Undefined when the loss has no gradient or the weights are not variables.
 */
export function lossGradients<Result>(
  program: Trainable,
  batch: Examples,
  read: (gradients: tf.NamedTensorMap) => Result,
): Result | undefined {
  const weights = Object.entries(program.weights())
  const variables = weights.map(([, weight]) => weight)
  if (!variables.every((weight): weight is tf.Variable => 'assign' in weight)) return undefined
  return tryGradients(() => {
    const { grads } = tf.engine().gradients(() => program.loss(batch), variables, undefined, true)
    const found = weights.flatMap(([name], i) => (grads[i] ? [[name, grads[i]] as const] : []))
    return read(Object.fromEntries(found))
  })
}

/** Euclidean norms by weight. */
export function normsOfGradients(gradients: tf.NamedTensorMap): Record<string, number> {
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [
      name,
      tf.tidy(() => tf.sqrt(tf.sum(tf.square(gradient))).dataSync()[0]!),
    ]),
  )
}
