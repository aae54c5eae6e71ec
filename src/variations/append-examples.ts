import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { countExamples, isTensor, tensorsOf } from '../training/examples.js'
import type { Examples, TensorGroup } from '../training/trainable.js'

/** Both, one behind the other, as new tensors. `variation` is who says so when they do not fit. */
export function appendExamples(variation: string, first: Examples, second: Examples): Examples {
  const weights = joinWeights(variation, first, second)
  return {
    ...first,
    xs: join(`${variation}: xs`, first.xs, second.xs),
    ys: join(`${variation}: ys`, first.ys, second.ys),
    ...(weights && { sampleWeight: weights }),
  }
}

function join(part: string, first: TensorGroup, second: TensorGroup): TensorGroup {
  assertAlike(part, first, second)
  const others = tensorsOf(second)
  const joined = tensorsOf(first).map((tensor, i) => tf.concat([tensor, others[i]!], 0))
  if (isTensor(first)) return joined[0]!
  if (Array.isArray(first)) return joined
  return Object.fromEntries(
    Object.keys(first)
      .sort()
      .map((name, i) => [name, joined[i]!]),
  )
}

function assertAlike(part: string, first: TensorGroup, second: TensorGroup): void {
  const [wanted, given] = [shapesOf(first), shapesOf(second)]
  if (wanted !== given) throw new InvalidArgumentError(part, given, `the shapes of the others: ${wanted}`)
}

/** Without the axis that counts the examples; named groups in the order of their names. */
function shapesOf(group: TensorGroup): string {
  const names = isTensor(group) || Array.isArray(group) ? [] : Object.keys(group).sort()
  return tensorsOf(group)
    .map(
      ({ shape, dtype }, i) =>
        `${names[i] ? `${names[i]}: ` : ''}${dtype} [${['n', ...shape.slice(1)].join(', ')}]`,
    )
    .join(' and ')
}

/** Examples without weights count once beside weighted ones. */
function joinWeights(variation: string, first: Examples, second: Examples): TensorGroup | undefined {
  if (!first.sampleWeight && !second.sampleWeight) return undefined
  const made: tf.Tensor[] = []
  const weightsOf = ({ sampleWeight, ...rest }: Examples): TensorGroup => {
    if (sampleWeight) return sampleWeight
    const ones = tf.ones([countExamples(rest)])
    made.push(ones)
    return ones
  }
  try {
    return join(`${variation}: sampleWeight`, weightsOf(first), weightsOf(second))
  } finally {
    tf.dispose(made)
  }
}
