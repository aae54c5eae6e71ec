import * as tf from '@tensorflow/tfjs'
import {
  assertExamples,
  countExamples,
  disposeExamples,
  mapGroup,
  sliceExamples,
  tensorsOf,
} from './examples.js'
import { mixSeed, withSeed } from './seed.js'
import type { Examples } from './trainable.js'

/** Changes a batch as it is drawn. */
export type Augment = (batch: Examples) => Examples

/** Calls `augment` under a seed, in tf.tidy; `use` sees what it made, which is then freed. */
export function useAugmented<Result>(
  augment: Augment,
  batch: Examples,
  seed: number,
  use: (augmented: Examples) => Result,
): Result {
  let result: Result | undefined
  tf.tidy(() => {
    const augmented = withSeed(seed, () => augment(batch))
    assertExamples(augmented, 'what augment returned', { finite: false })
    result = use(augmented)
  })
  return result!
}

/**
 * All `examples` augmented, a batch at a time as in training, each batch under a seed of its own. Stops with the first
 * batch that `refuse` finds fault with. The caller frees the examples with `disposeExamples`.
 */
export function augmentAll<Fault>(
  augment: Augment,
  examples: Examples,
  {
    batchSize,
    seed,
    refuse,
  }: { batchSize: number; seed: number; refuse: (batch: Examples, augmented: Examples) => Fault | undefined },
): { augmented: Examples; fault?: never } | { augmented?: never; fault: Fault } {
  const parts: Examples[] = []
  const count = countExamples(examples)
  try {
    for (let start = 0; start < count; start += batchSize) {
      const batch = sliceExamples(examples, start, Math.min(batchSize, count - start))
      try {
        const fault = useAugmented(augment, batch, mixSeed(seed, 'augment', start), (augmented) => {
          const found = refuse(batch, augmented)
          if (found === undefined) parts.push(copyOf(augmented))
          return found
        })
        if (fault !== undefined) return { fault }
      } finally {
        disposeExamples(batch)
      }
    }
    return { augmented: { xs: joined(parts.map(({ xs }) => xs)), ys: joined(parts.map(({ ys }) => ys)) } }
  } finally {
    for (const part of parts) disposeExamples(part)
  }
}

const copyOf = ({ xs, ys }: Examples): Examples => ({ xs: kept(xs), ys: kept(ys) })

const kept = (group: Examples['xs']): Examples['xs'] => mapGroup(group, (tensor) => tf.keep(tensor.clone()))

function joined(groups: Examples['xs'][]): Examples['xs'] {
  const lists = groups.map((group) => tensorsOf(group))
  const [first] = lists
  return mapGroup(groups[0]!, (tensor) => {
    const place = first!.indexOf(tensor)
    return tf.concat(
      lists.map((list) => list[place]!),
      0,
    )
  })
}
