import * as tf from '@tensorflow/tfjs'
import { countExamples, gatherExamples, mapGroup, tensorsOf } from '../../src/training/examples.js'
import { permutation } from '../../src/training/seed.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import type { Examination } from './examination.js'
import type { LabelKind } from './labels.js'

/** About so many training examples, the same number of each class where there are classes. */
export function sampleOf(
  { data, seed }: Examination,
  program: Trainable,
  labels: LabelKind,
  size: number,
): Examples {
  const count = countExamples(data.train)
  const order = permutation(count, seed)
  const classes = classesOf(tensorsOf(data.train.ys, program.outputNames)[0]!, labels)
  if (!classes) return gatherExamples(data.train, order.slice(0, size))
  const byClass = new Map<number, number[]>()
  for (const i of order) byClass.set(classes[i]!, [...(byClass.get(classes[i]!) ?? []), i])
  const each = Math.max(1, Math.floor(size / byClass.size))
  return gatherExamples(
    data.train,
    Int32Array.from([...byClass.values()].flatMap((indices) => indices.slice(0, each))),
  )
}

/** Class of each example; undefined when examples have no class of their own. */
function classesOf(labels: tf.Tensor, kind: LabelKind): number[] | undefined {
  if (kind === 'numbers') return undefined
  const count = labels.shape[0]!
  const values = tf.tidy(() => (kind === 'one-hot' ? labels.argMax(-1) : labels).dataSync().slice())
  return values.length === count ? [...values] : undefined
}

/** The same examples, so many times. */
export function concatExamples(examples: Examples, times: number): Examples {
  const repeat = (tensor: tf.Tensor) => tf.concat(Array.from({ length: times }, () => tensor))
  return {
    ...examples,
    xs: mapGroup(examples.xs, repeat),
    ys: mapGroup(examples.ys, repeat),
    ...(examples.sampleWeight && { sampleWeight: mapGroup(examples.sampleWeight, repeat) }),
  }
}
