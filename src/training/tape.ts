import * as tf from '@tensorflow/tfjs'

interface Engine {
  state: { activeTape?: Array<{ saved?: tf.Tensor[] }> | null }
}

/**
 * Runs `body`, which takes gradients, and gives undefined where an operation has none (argMax, dilated
 * convolutions). The result is numbers: no tensor made in `body` survives. TensorFlow.js 4.22 then keeps what it had saved for the way back: that is freed here.
 */
export function tryGradients<Result>(body: () => Result): Result | undefined {
  let result: Result | undefined
  try {
    tf.tidy(() => {
      result = body()
    })
    return result
  } catch {
    const { state } = tf.engine() as unknown as Engine
    tf.dispose(
      (state.activeTape ?? []).flatMap(({ saved }) => saved ?? []).filter(({ isDisposed }) => !isDisposed),
    )
    state.activeTape = null
    return undefined
  }
}
