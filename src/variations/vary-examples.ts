import * as tf from '@tensorflow/tfjs'
import type { Recipe } from '../recipe/recipe.js'
import { assertExamples, mapGroup, tensorsOf } from '../training/examples.js'
import type { Examples } from '../training/trainable.js'

export type Source = Recipe['train']

/** Loaders made here keep nothing: what they load for another of them is freed at once. */
const ownLoaders = new WeakSet<object>()

/** A loader that gives the examples of `source` changed. */
export function varyExamples(
  source: Source,
  change: (examples: Examples) => Examples | Promise<Examples>,
): () => Promise<Examples> {
  const borrow = borrowing(source)
  const load = () => borrow(change)
  ownLoaders.add(load)
  return load
}

/**
 * Lends the examples of `source` to what makes others of them. Examples given as such are never freed. Those of a loader
 * may be ones that it keeps: they are freed only when its next call gives others.
 */
export function borrowing(source: Source) {
  let before: tf.Tensor[] = []
  return async (use: (examples: Examples) => Examples | Promise<Examples>): Promise<Examples> => {
    const examples = typeof source === 'function' ? await source() : source
    assertExamples(examples, 'examples', { finite: false })
    const made = await use(examples)
    if (typeof source !== 'function') return made
    const loaded = tensorsIn(examples)
    const passedOn = new Set(tensorsIn(made))
    tf.dispose(before.filter((tensor) => !loaded.includes(tensor) && !passedOn.has(tensor)))
    before = loaded.filter((tensor) => !passedOn.has(tensor))
    if (ownLoaders.has(source)) {
      tf.dispose(before)
      before = []
    }
    return made
  }
}

export function tensorsIn({ xs, ys, sampleWeight }: Examples): tf.Tensor[] {
  return [xs, ys, ...(sampleWeight ? [sampleWeight] : [])].flatMap((group) => tensorsOf(group))
}

/** The same examples with other inputs; labels and weights get handles of their own, so that all can be freed. */
export function withInputs(examples: Examples, xs: Examples['xs']): Examples {
  const { ys, sampleWeight } = examples
  const clone = (tensor: tf.Tensor) => tensor.clone()
  return {
    ...examples,
    xs,
    ys: mapGroup(ys, clone),
    ...(sampleWeight && { sampleWeight: mapGroup(sampleWeight, clone) }),
  }
}
