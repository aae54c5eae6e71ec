import * as tf from '@tensorflow/tfjs'

type Shuffle = (
  this: tf.data.Dataset<tf.TensorContainer>,
  bufferSize: number,
  seed?: string | number,
  reshuffleEachIteration?: boolean,
) => tf.data.Dataset<tf.TensorContainer>

// Global, because several copies of this module may meet the one tfjs of a process.
const isSeeded = Symbol.for('vitest-recipe.dataset-shuffle-seeded')

/**
 * Makes `tf.data`'s shuffle follow `Math.random`. Without a seed it reads the clock, the one place in
 * TensorFlow.js where seeding `Math.random` does not reach. A seed of 0 counts as a seed here.
 */
export function registerDatasetShuffle(): void {
  const prototype = tf.data.Dataset.prototype as { shuffle: Shuffle }
  const original = prototype.shuffle as Shuffle & { [isSeeded]?: true }
  if (original[isSeeded]) return
  const shuffle: Shuffle = function (bufferSize, seed, reshuffleEachIteration) {
    const definite = seed === undefined || seed === null || seed === '' ? Math.random() : seed
    return original.call(this, bufferSize, String(definite), reshuffleEachIteration)
  }
  prototype.shuffle = Object.assign(shuffle, { [isSeeded]: true })
}
