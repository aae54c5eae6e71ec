import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import type { Examples, TensorGroup } from './trainable.js'

export function isTensor(value: unknown): value is tf.Tensor {
  return (
    typeof value === 'object' && value !== null && 'shape' in value && 'dataId' in value && 'dtype' in value
  )
}

/** The tensors of a group in a fixed order: as given, or sorted by name when `names` are not known. */
export function tensorsOf(group: TensorGroup, names?: readonly string[]): tf.Tensor[] {
  if (isTensor(group)) return [group]
  if (Array.isArray(group)) return group
  const keys = names?.every((name) => name in group) ? names : Object.keys(group).sort()
  return keys.map((key) => group[key]!)
}

/** The same group with every tensor replaced by `change(tensor)`. */
export function mapGroup(group: TensorGroup, change: (tensor: tf.Tensor) => tf.Tensor): TensorGroup {
  if (isTensor(group)) return change(group)
  if (Array.isArray(group)) return group.map(change)
  return Object.fromEntries(Object.entries(group).map(([name, tensor]) => [name, change(tensor)]))
}

/** How many examples there are. */
export function countExamples(examples: Examples): number {
  return tensorsOf(examples.xs)[0]!.shape[0]!
}

/** The examples [start, start + length). The caller disposes them with `disposeExamples`. */
export function sliceExamples(examples: Examples, start: number, length: number): Examples {
  return changeExamples(examples, (tensor) => tf.slice(tensor, start, length))
}

/** The examples at `indices`, in that order. The caller disposes them with `disposeExamples`. */
export function gatherExamples(examples: Examples, indices: Int32Array): Examples {
  const at = tf.tensor1d(indices, 'int32')
  const gathered = changeExamples(examples, (tensor) => tf.gather(tensor, at))
  at.dispose()
  return gathered
}

/** The same examples with all inputs replaced by zeros of the same shape and type. */
export function withZeroInputs(examples: Examples): Examples {
  const copy = changeExamples(examples, (tensor) => tensor.clone())
  const xs = mapGroup(copy.xs, tf.zerosLike)
  tf.dispose(tensorsOf(copy.xs))
  return { ...copy, xs }
}

export function disposeExamples(examples: Examples): void {
  tf.dispose([...tensorsOf(examples.xs), ...tensorsOf(examples.ys)])
  if (examples.sampleWeight) tf.dispose(tensorsOf(examples.sampleWeight))
}

function changeExamples(examples: Examples, change: (tensor: tf.Tensor) => tf.Tensor): Examples {
  return {
    ...examples,
    xs: mapGroup(examples.xs, change),
    ys: mapGroup(examples.ys, change),
    ...(examples.sampleWeight && { sampleWeight: mapGroup(examples.sampleWeight, change) }),
  }
}

/**
 * Throws `InvalidArgumentError` unless `examples` are usable: live tensors with one and the same, non-zero
 * number of examples, and nothing but finite numbers (unless `finite` is false). `argument` is the name the caller
 * knows them by.
 */
export function assertExamples(examples: Examples, argument: string, { finite = true } = {}): void {
  if (typeof examples !== 'object' || examples === null || !('xs' in examples) || !('ys' in examples)) {
    throw new InvalidArgumentError(argument, describe(examples), '{ xs, ys }: tensors of inputs and labels')
  }
  const counts = new Map<string, number>()
  for (const [part, group] of [
    [`${argument}.xs`, examples.xs],
    [`${argument}.ys`, examples.ys],
    ...(examples.sampleWeight ? ([[`${argument}.sampleWeight`, examples.sampleWeight]] as const) : []),
  ] as const) {
    for (const [name, tensor] of namedTensors(part, group)) {
      assertTensor(tensor, name)
      if (finite && tensor.dtype === 'float32') assertFinite(tensor, name)
      counts.set(name, tensor.shape[0]!)
    }
  }
  const [first, ...others] = [...counts]
  for (const [name, count] of others) {
    if (count !== first![1]) {
      throw new InvalidArgumentError(
        name,
        `${count} examples, while ${first![0]} has ${first![1]}`,
        'the same number of examples on the first axis of every tensor',
      )
    }
  }
}

function namedTensors(part: string, group: unknown): Array<[string, unknown]> {
  if (isTensor(group)) return [[part, group]]
  if (Array.isArray(group) && group.length > 0) return group.map((tensor, i) => [`${part}[${i}]`, tensor])
  if (typeof group === 'object' && group !== null && !Array.isArray(group) && Object.keys(group).length > 0) {
    return Object.entries(group).map(([name, tensor]) => [`${part}.${name}`, tensor])
  }
  throw new InvalidArgumentError(part, describe(group), 'a tensor, an array of tensors or tensors by name')
}

function assertTensor(tensor: unknown, name: string): asserts tensor is tf.Tensor {
  if (!isTensor(tensor)) throw new InvalidArgumentError(name, describe(tensor), 'a tf.Tensor')
  if (tensor.isDisposed) {
    throw new InvalidArgumentError(
      name,
      'a disposed tensor',
      'a live tensor (was it created inside tf.tidy?)',
    )
  }
  if (tensor.dtype === 'string') {
    throw new InvalidArgumentError(
      name,
      'a string tensor',
      'numbers: encode the strings as class indices first',
    )
  }
  if (tensor.rank === 0) {
    throw new InvalidArgumentError(name, 'a scalar', 'a tensor whose first axis counts the examples')
  }
  if (tensor.shape[0] === 0) throw new InvalidArgumentError(name, 'no examples', 'at least one example')
}

/** Data found finite: every check asks again. Values of a tensor never change; a variable gets other data. */
const knownFinite = new WeakSet<object>()
/** Values looked at in one pass: the pass makes a copy. */
const mostAtOnce = 2 ** 22

function assertFinite(tensor: tf.Tensor, name: string): void {
  if (knownFinite.has(tensor.dataId)) return
  if (isFiniteThroughout(tensor)) {
    knownFinite.add(tensor.dataId)
    return
  }
  const values = tensor.dataSync()
  let count = 0
  let first = -1
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue
    count++
    if (first < 0) first = i
  }
  const example = Math.floor(first / (tensor.size / tensor.shape[0]!))
  throw new InvalidArgumentError(
    name,
    `${count} of ${values.length} values that are not finite (the first, ${values[first]}, in example ${example})`,
    'finite numbers: fill or drop missing values, check divisions by a zero standard deviation',
    'non-finite-data',
  )
}

/** x - x is 0 for every finite x and NaN for NaN and the infinities: one pass that every backend has. */
function isFiniteThroughout(tensor: tf.Tensor): boolean {
  const count = tensor.shape[0]!
  const rows = Math.max(1, Math.floor((mostAtOnce * count) / Math.max(1, tensor.size)))
  for (let start = 0; start < count; start += rows) {
    const finite = tf.tidy(() => {
      const part = count <= rows ? tensor : tf.slice(tensor, start, Math.min(rows, count - start))
      return tf.sum(tf.sub(part, part)).dataSync()[0] === 0
    })
    if (!finite) return false
  }
  return true
}

/** A short description of a value for error messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (value instanceof Promise) return 'a Promise (did you forget await?)'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${typeof value[0]}`
  if (typeof value === 'object')
    return `an object with the keys ${Object.keys(value).slice(0, 6).join(', ') || '(none)'}`
  if (typeof value === 'function') return 'a function'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(value)
}
