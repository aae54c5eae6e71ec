import type * as tf from '@tensorflow/tfjs'
import { countExamples, tensorsOf } from '../training/examples.js'
import type { Examples, TensorGroup } from '../training/trainable.js'

/** In what two sets of examples agree, value by value. */
export interface Sameness {
  count: boolean
  xs: boolean
  ys: boolean
  /** '4000 → 400 examples' */
  counts: string
  /** 'inputs of shape 28,28,1 → 14,14,1' */
  shapes: string
}

/** Compares examples; those that are the same tensors are not read. */
export function sameExamples(before: Examples, after: Examples): Sameness {
  const [from, to] = [countExamples(before), countExamples(after)]
  const shapeOf = ({ xs }: Examples) =>
    tensorsOf(xs)
      .map(({ shape }) => shape.slice(1).join())
      .join(' and ')
  return {
    count: from === to,
    xs: sameTensors(before.xs, after.xs),
    ys: sameTensors(before.ys, after.ys),
    counts: `${from} → ${to} examples`,
    shapes:
      shapeOf(before) === shapeOf(after)
        ? 'inputs of other values'
        : `inputs of shape ${shapeOf(before)} → ${shapeOf(after)}`,
  }
}

function sameTensors(before: TensorGroup, after: TensorGroup): boolean {
  if (before === after) return true
  const [a, b] = [tensorsOf(before), tensorsOf(after)]
  return a.length === b.length && a.every((tensor, i) => sameTensor(tensor, b[i]!))
}

function sameTensor(a: tf.Tensor, b: tf.Tensor): boolean {
  if (a === b || a.dataId === b.dataId) return true
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false
  const [left, right] = [a.dataSync(), b.dataSync()]
  return left.every((value, i) => Object.is(value, right[i]))
}
