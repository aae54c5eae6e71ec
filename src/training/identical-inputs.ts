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
  const groups = new Map<string, number>()
  return Int32Array.from(keys, (key) => {
    const group = groups.get(key) ?? groups.size
    groups.set(key, group)
    return group
  })
}
