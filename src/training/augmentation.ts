import * as tf from '@tensorflow/tfjs'
import { assertExamples, tensorsOf } from './examples.js'
import { mixSeed, withSeed } from './seed.js'
import type { Examples } from './trainable.js'

export interface Augmentation {
  /** The batch, changed; it lives until the next call. */
  change(batch: Examples, step: number): Examples
  dispose(): void
}

/** Augments batches, one alive at a time, each under a seed of its own step: leaving it out changes nothing else. */
export function augmentation(augment: (batch: Examples) => Examples, seed: number): Augmentation {
  let owned: tf.Tensor[] = []
  const dispose = () => {
    tf.dispose(owned)
    owned = []
  }
  return {
    change(batch: Examples, step: number): Examples {
      dispose()
      const result = withSeed(mixSeed(seed, 'augment', step), () => keepOnly(() => augment(batch)))
      const given = new Set(tensorsIn(batch))
      owned = tensorsIn(result).filter((tensor) => !given.has(tensor))
      return result
    },
    dispose,
  }
}

/** Runs `make` and frees what it allocated besides its result. */
function keepOnly(make: () => Examples): Examples {
  let made: Examples | undefined
  tf.tidy(() => {
    made = make()
    assertExamples(made, 'what augment returned', { finite: false })
    return tensorsIn(made)
  })
  return made!
}

const tensorsIn = ({ xs, ys, sampleWeight }: Examples): tf.Tensor[] =>
  [xs, ys, ...(sampleWeight ? [sampleWeight] : [])].flatMap((group) => tensorsOf(group))
