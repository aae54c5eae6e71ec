import * as tf from '@tensorflow/tfjs'
import { alphabet, drawText } from './text'

export const contextLength = 16

/**
 * A text cut into `count` windows, one after another. `xs`: the places of the characters in the alphabet, int32,
 * [count, 16]; `ys`: for each of them the character that follows, one-hot, [count, 16, characters].
 */
export function loadWindows(count: number, seed: number) {
  const text = drawText(contextLength * count, seed)
  const idsFrom = (offset: number) =>
    tf.tensor2d(
      Array.from({ length: contextLength * count }, (_, i) => alphabet.indexOf(text[i + offset]!)),
      [count, contextLength],
      'int32',
    )
  return {
    xs: idsFrom(0),
    ys: tf.tidy(() => tf.oneHot(idsFrom(1), alphabet.length).toFloat() as tf.Tensor3D),
  }
}
