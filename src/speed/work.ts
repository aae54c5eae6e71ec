import * as tf from '@tensorflow/tfjs'
import { callStep } from '../training/call-step.js'
import { mixSeed, withSeed } from '../training/seed.js'
import type { Examples, Trainable, Viewed } from '../training/trainable.js'
import type { Work } from './sampling.js'

/** Training steps on one batch. The last loss is read, so that an accelerator has finished when the clock stops. */
export function stepsOf(program: Trainable, batch: Examples, seed: number): Work {
  return (times) =>
    withSeed(mixSeed(seed, 'speed'), async () => {
      for (let step = 0; step < times; step++) {
        const loss = await callStep(program, batch)
        if (step === times - 1) await loss.data()
        loss.dispose()
      }
    })
}

/** Predictions of one batch. */
export function predictionsOf(program: Viewed, { xs }: Examples): Work {
  return async (times) => {
    for (let i = 0; i < times; i++) {
      const predicted = [program.predict(xs)].flat()
      if (i === times - 1) await predicted[0]?.data()
      tf.dispose(predicted)
    }
  }
}

/**
 * Work that is always the same, of the kinds that networks do: a convolution, a product of matrices, and many small
 * operations. Free it.
 */
export function referenceWork(): { work: Work; dispose(): void } {
  const { pictures, filters, matrix } = tf.tidy(() => ({
    pictures: tf.keep(tf.linspace(-1, 1, 16 * 16 * 16 * 8).reshape([16, 16, 16, 8]) as tf.Tensor4D),
    filters: tf.keep(tf.linspace(-0.1, 0.1, 3 * 3 * 8 * 8).reshape([3, 3, 8, 8]) as tf.Tensor4D),
    matrix: tf.keep(tf.linspace(-0.1, 0.1, 128 * 128).reshape([128, 128]) as tf.Tensor2D),
  }))
  return {
    async work(times) {
      for (let i = 0; i < times; i++) {
        const result = tf.tidy(() => {
          let small: tf.Tensor = tf.sum(tf.relu(tf.conv2d(pictures, filters, 1, 'same')), [0, 1, 2])
          small = tf.add(small, tf.sum(tf.matMul(matrix, matrix)))
          for (let k = 0; k < 16; k++) small = tf.mul(tf.add(small, 1), 0.5)
          return tf.sum(small)
        })
        if (i === times - 1) await result.data()
        result.dispose()
      }
    },
    dispose: () => tf.dispose([pictures, filters, matrix]),
  }
}
