import { countExamples, tensorsOf } from './examples.js'
import type { Examples } from './trainable.js'

/** A number for each example, the same for examples whose inputs are identical to the last bit. */
export function groupIdenticalInputs(examples: Examples): Int32Array {
  const count = countExamples(examples)
  const keys = Array.from({ length: count }, () => '')
  for (const tensor of tensorsOf(examples.xs, undefined)) {
    const values = tensor.dataSync()
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
    const size = values.byteLength / count
    for (let i = 0; i < count; i++) keys[i] += bytes.toString('latin1', i * size, (i + 1) * size)
  }
  return numbered(keys)
}

/**
 * A number for each step of each example, the same where everything a causal model has seen by then is identical. The
 * steps are on axis 1. Undefined where the inputs have no such axis.
 */
export function groupIdenticalPrefixes(examples: Examples, axis: number): Int32Array | undefined {
  const tensors = tensorsOf(examples.xs, undefined)
  const [tensor] = tensors
  if (tensors.length !== 1 || axis !== 1 || !tensor || tensor.rank < 2) return undefined
  const [count, steps] = tensor.shape as [number, number]
  const values = tensor.dataSync()
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  const [ofExample, ofStep] = [values.byteLength / count, values.byteLength / count / steps]
  const keys = Array.from({ length: count * steps }, (_, row) => {
    const [example, step] = [Math.floor(row / steps), row % steps]
    return bytes.toString('latin1', example * ofExample, example * ofExample + (step + 1) * ofStep)
  })
  return numbered(keys)
}

function numbered(keys: readonly string[]): Int32Array {
  const groups = new Map<string, number>()
  return Int32Array.from(keys, (key) => {
    const group = groups.get(key) ?? groups.size
    groups.set(key, group)
    return group
  })
}
