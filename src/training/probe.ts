import * as tf from '@tensorflow/tfjs'
import { isTensor, tensorsOf } from './examples.js'
import { normal } from './randomize.js'
import type { AxisRange } from './scramble.js'
import { mixSeed, mulberry32 } from './seed.js'
import { tryGradients } from './tape.js'
import type { TensorGroup, Trainable } from './trainable.js'

/** Predictions on the JavaScript side: one entry per output. */
export interface Values {
  shape: number[]
  values: Float32Array | Int32Array | Uint8Array
}

/** Predictions for `xs` in inference mode. */
export function predictValues(program: Trainable, xs: TensorGroup): Values[] {
  const predicted = program.predict(xs)
  const tensors = Array.isArray(predicted) ? predicted : [predicted]
  const values = tensors.map(valuesOf)
  tf.dispose(tensors)
  return values
}

export function valuesOf(tensor: tf.Tensor): Values {
  return { shape: tensor.shape, values: tensor.dataSync().slice() }
}

/** The largest difference of two arrays of numbers; 0 only for the same bits (NaN is equal to NaN). */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue
    const difference = Math.abs(x - y)
    largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference)
  }
  return largest
}

/** The part of a prediction at [start, start + length) along an axis. */
export function partOf({ shape, values }: Values, { axis, start, length }: AxisRange): Float32Array {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1)
  const outer = shape.slice(0, axis).reduce((product, size) => product * size, 1)
  const part = new Float32Array(outer * length * inner)
  for (let i = 0; i < outer; i++) {
    const from = (i * shape[axis]! + start) * inner
    part.set(values.subarray(from, from + length * inner), i * length * inner)
  }
  return part
}

/** Some places along an axis. */
export interface AxisPlaces {
  axis: number
  at: readonly number[]
}

/**
 * Gradients of ⟨r, f(x)⟩ with a fixed random r, never of a sum: rows of a softmax sum to a constant, so a sum is
 * blind to what they depend on. `select` limits r to a part of each output. One entry per input, undefined for
 * integers and for inputs without a path; undefined altogether where there is no gradient to be had.
 */
export function inputGradients(
  program: Trainable,
  xs: TensorGroup,
  { seed, select }: { seed: number; select?: AxisPlaces },
): Array<Values | undefined> | undefined {
  const inputs = tensorsOf(xs, program.inputNames)
  const floats = inputs.filter(({ dtype }) => dtype === 'float32')
  if (floats.length === 0) return undefined
  return tryGradients(() => {
    const project = () => {
      const predicted = program.predict(xs)
      const outputs = isTensor(predicted) ? [predicted] : predicted
      const products = outputs.map((output, i) =>
        tf.sum(tf.mul(output.toFloat(), projection(output.shape, mixSeed(seed, 'projection', i), select))),
      )
      return tf.addN(products).asScalar()
    }
    const { grads } = tf.engine().gradients(project, floats, undefined, true)
    return inputs.map((input) => {
      const gradient: tf.Tensor | undefined = grads[floats.indexOf(input)]
      return gradient && { shape: gradient.shape, values: gradient.dataSync<'float32'>().slice() }
    })
  })
}

function projection(shape: number[], seed: number, select: AxisPlaces | undefined): tf.Tensor {
  const random = mulberry32(seed)
  const size = shape.reduce((product, one) => product * one, 1)
  const values = Float32Array.from({ length: size }, () => normal(random))
  if (!select) return tf.tensor(values, shape)
  const inner = shape.slice(select.axis + 1).reduce((product, one) => product * one, 1)
  for (let i = 0; i < size; i++) {
    const at = Math.floor(i / inner) % shape[select.axis]!
    if (!select.at.includes(at)) values[i] = 0
  }
  return tf.tensor(values, shape)
}
