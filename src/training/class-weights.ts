import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { tensorsOf } from './examples.js'
import type { Examples } from './trainable.js'

type ClassWeight = Record<number, number>

/** Weights by class number; the first may be negative, as with labels of -1 and 1. */
interface WeightTable {
  first: number
  weights: Float32Array
}

const mostClasses = 2 ** 20

/**
 * The weight of each example by its class, [examples], on the backend. `target` holds the labels as the loss takes them,
 * `labels` as they were given: their classes are read once for all batches from the same examples. Throws
 * `InvalidArgumentError` for a class without a weight.
 */
export function weightsOfClasses(
  target: tf.Tensor,
  labels: tf.Tensor,
  classWeight: ClassWeight,
): tf.Tensor1D {
  const classes = classesOf(target)
  const table =
    (isOneHot(target) ? tableOf(Array(target.shape[1]!).keys(), classWeight) : undefined) ??
    tableOf(knownClasses(labels), classWeight)
  return table ? lookUp(classes, table) : readWeights(classes, classWeight)
}

/** The labels that those of a batch are rows of, by the data of the batch. */
const sources = new WeakMap<object, tf.Tensor>()

/** Says that `batch` holds rows of `examples`: it has no other classes. */
export function areRowsOf(batch: Examples, examples: Examples): void {
  const labels = tensorsOf(examples.ys)
  for (const [i, rows] of tensorsOf(batch.ys).entries()) sources.set(rows.dataId, labels[i]!)
}

/** Classes by the data of their labels: values of a tensor never change. */
const known = new WeakMap<object, { shape: string; classes: ReadonlySet<number> }>()

function knownClasses(labels: tf.Tensor): ReadonlySet<number> {
  const source = sources.get(labels.dataId)
  const all = source && !source.isDisposed ? source : labels
  const shape = all.shape.join()
  const found = known.get(all.dataId)
  if (found?.shape === shape) return found.classes
  const classes = new Set<number>(tf.tidy(() => classesOf(all).dataSync()))
  known.set(all.dataId, { shape, classes })
  return classes
}

const isOneHot = ({ shape }: tf.Tensor): boolean => shape.length === 2 && shape[1]! > 1

const classesOf = (labels: tf.Tensor): tf.Tensor1D =>
  isOneHot(labels) ? tf.argMax<tf.Tensor1D>(labels, 1) : labels.flatten()

/**
 * Undefined where a class has no weight, or no whole number. All weights are in it: labels may share their numbers with the
 * array that they were made from, and it may have been changed since they were read.
 */
function tableOf(classes: Iterable<number>, classWeight: ClassWeight): WeightTable | undefined {
  for (const number of classes)
    if (!Number.isInteger(number) || classWeight[number] === undefined) return undefined
  const given = Object.entries(classWeight).map(([key, weight]) => [Number(key), weight] as const)
  const whole = given.filter(([number]) => Number.isInteger(number))
  let [first, last] = [0, 0]
  for (const [number] of whole) {
    first = Math.min(first, number)
    last = Math.max(last, number)
  }
  if (last - first >= mostClasses) return undefined
  const weights = new Float32Array(last - first + 1).fill(Number.NaN)
  for (const [number, weight] of whole) weights[number - first] = weight
  return { first, weights }
}

function lookUp(classes: tf.Tensor1D, { first, weights }: WeightTable): tf.Tensor1D {
  const places = first === 0 ? classes : tf.sub(classes, first)
  return tf.gather(tf.tensor1d(weights), places.toInt())
}

function readWeights(classes: tf.Tensor1D, classWeight: ClassWeight): tf.Tensor1D {
  const weights = Float32Array.from(classes.dataSync(), (index) => {
    const weight = classWeight[index]
    if (weight === undefined) {
      throw new InvalidArgumentError(
        'classWeight',
        `no weight for class ${index}, which occurs in the labels`,
        'a weight for every class in the labels',
      )
    }
    return weight
  })
  return tf.tensor1d(weights)
}
