import { countExamples, gatherExamples } from './examples.js'
import { mixSeed, permutation } from './seed.js'
import type { Examples } from './trainable.js'

/** Two disjoint random parts; the caller disposes both. `share` of the examples, at least one, are held out. */
export function splitExamples(
  examples: Examples,
  share: number,
  seed: number,
): { train: Examples; heldOut: Examples } {
  const count = countExamples(examples)
  const order = permutation(count, mixSeed(seed, 'split'))
  const heldOut = Math.max(1, Math.round(count * share))
  return {
    heldOut: gatherExamples(examples, order.slice(0, heldOut)),
    train: gatherExamples(examples, order.slice(heldOut)),
  }
}

/** At most `most` of the examples, drawn at random; the caller disposes them. */
export function sampleExamples(examples: Examples, most: number, seed: number): Examples {
  const order = permutation(countExamples(examples), mixSeed(seed, 'sample'))
  return gatherExamples(examples, order.slice(0, most))
}
