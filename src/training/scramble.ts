import * as tf from '@tensorflow/tfjs'
import { isTensor } from './examples.js'
import { normal } from './randomize.js'
import { mixSeed, mulberry32 } from './seed.js'
import type { TensorGroup } from './trainable.js'

const mostCandidates = 1024

/**
 * Other inputs of the same kind: every value is replaced by another one that occurs in the tensor, so that ids stay
 * ids, pixels stay pixels and logarithms stay defined. Where all values are equal, quantities get normal noise and
 * ids stay as they are.
 */
export function scramble(tensor: tf.Tensor, seed: number): tf.Tensor {
  const random = mulberry32(mixSeed(seed, 'scramble', tensor.size))
  const values = tensor.dataSync().slice()
  const drawn = Array.from({ length: mostCandidates }, () => values[Math.floor(random() * values.length)]!)
  const candidates = [...new Set(values.length <= mostCandidates ? Array.from(values) : drawn)]
  const constant = candidates.length === 1
  for (let i = 0; i < values.length; i++) {
    if (constant) {
      if (tensor.dtype === 'float32') values[i]! += normal(random)
      continue
    }
    const at = Math.floor(random() * candidates.length)
    values[i] = candidates[at] === values[i] ? candidates[(at + 1) % candidates.length]! : candidates[at]!
  }
  return tf.tensor(values, tensor.shape, tensor.dtype)
}

export interface AxisRange {
  axis: number
  start: number
  length: number
}

/** The same for every tensor of a group; tensors without such an axis come from `inside`. */
export function spliceGroup(inside: TensorGroup, outside: TensorGroup, range: AxisRange): TensorGroup {
  const spliced = (tensor: tf.Tensor, other: tf.Tensor) =>
    tensor.rank > range.axis && range.start + range.length <= tensor.shape[range.axis]!
      ? splice(tensor, other, range)
      : tensor.clone()
  if (isTensor(inside)) return spliced(inside, outside as tf.Tensor)
  if (Array.isArray(inside)) return inside.map((tensor, i) => spliced(tensor, (outside as tf.Tensor[])[i]!))
  const others = outside as tf.NamedTensorMap
  return Object.fromEntries(
    Object.entries(inside).map(([name, tensor]) => [name, spliced(tensor, others[name]!)]),
  )
}

/** `inside` in the range [start, start + length) of an axis, `outside` in the rest of it. */
export function splice(inside: tf.Tensor, outside: tf.Tensor, { axis, start, length }: AxisRange): tf.Tensor {
  const size = inside.shape[axis]!
  const part = (tensor: tf.Tensor, from: number, to: number) => {
    const begin = tensor.shape.map((_, at) => (at === axis ? from : 0))
    const extent = tensor.shape.map((all, at) => (at === axis ? to - from : all))
    return tf.slice(tensor, begin, extent)
  }
  return tf.tidy(() => {
    const parts = [
      [outside, 0, start],
      [inside, start, start + length],
      [outside, start + length, size],
    ] as const
    return tf.concat(
      parts.filter(([, from, to]) => to > from).map(([tensor, from, to]) => part(tensor, from, to)),
      axis,
    )
  })
}

/** A range for each example: `inside` in there, `outside` in the rest and where an example has none. Of one shape. */
export function spliceEach(
  inside: tf.Tensor,
  outside: tf.Tensor,
  ranges: ReadonlyArray<AxisRange | undefined>,
): tf.Tensor {
  const { shape, size } = outside
  const row = size / shape[0]!
  const isInside = new Uint8Array(size)
  for (const [example, range] of ranges.entries()) {
    if (!range) continue
    const { axis, start, length } = range
    const inner = shape.slice(axis + 1).reduce((product, one) => product * one, 1)
    const whole = inner * shape[axis]!
    const [from, to] = [start * inner, (start + length) * inner]
    if (axis === 0) isInside.fill(1, example * row, (example + 1) * row)
    else
      for (let at = example * row; at < (example + 1) * row; at += whole) isInside.fill(1, at + from, at + to)
  }
  return tf.tidy(() => tf.where(tf.tensor(isInside, shape, 'bool'), inside, outside))
}
