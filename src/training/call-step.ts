import type * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { describe, isTensor } from './examples.js'
import { untilStopped } from './patience.js'
import type { Examples, Trainable } from './trainable.js'

/** One update; its loss. Throws, saying so, when the step throws, never resolves or gives no scalar. */
export async function callStep(program: Trainable, batch: Examples): Promise<tf.Scalar> {
  let loss: unknown
  try {
    loss = await untilStopped('step()', program.step(batch))
  } catch (error) {
    throw error instanceof InvalidArgumentError ? error : stepError(error)
  }
  if (isTensor(loss) && !loss.isDisposed && loss.size === 1) return loss as tf.Scalar
  const given = !isTensor(loss)
    ? describe(loss)
    : loss.isDisposed
      ? 'a disposed tensor'
      : `a tensor of shape [${loss.shape.join(', ')}]`
  if (isTensor(loss)) loss.dispose()
  throw new InvalidArgumentError('step()', given, 'a live scalar tensor: the loss before the update')
}

const stepError = (error: unknown): Error =>
  new Error(`The training step threw: ${(error as Error | undefined)?.message ?? String(error)}`, {
    cause: error,
  })
