import type * as tf from '@tensorflow/tfjs'
import { isTensor } from '../training/examples.js'
import { valuesOf } from '../training/tensor-values.js'
import type { TensorGroup } from '../training/trainable.js'

/** One tensor as a table: a row for each example, a column for each of its values. */
export interface Table {
  /** `xs`, `xs[1]`, `xs.age`. */
  name: string
  values: ArrayLike<number>
  rows: number
  width: number
  /** Shape of the tensor, the examples first. */
  shape: readonly number[]
  dtype: tf.DataType
}

/** The tensors of a group as tables, named as the user knows them. `part` is `xs`, `ys` or `sampleWeight`. */
export function tablesOf(part: string, group: TensorGroup): Table[] {
  const named: Array<[string, tf.Tensor]> = isTensor(group)
    ? [[part, group]]
    : Array.isArray(group)
      ? group.map((tensor, i) => [group.length === 1 ? part : `${part}[${i}]`, tensor])
      : Object.entries(group).map(([name, tensor]) => [`${part}.${name}`, tensor])
  return named.map(([name, tensor]) => ({
    name,
    values: valuesOf(tensor),
    rows: tensor.shape[0]!,
    width: tensor.size / tensor.shape[0]!,
    shape: tensor.shape,
    dtype: tensor.dtype,
  }))
}

/**
 * How the values of a table fall into features: the columns of a table of rank 2, the last axis (channels, values
 * of a time step) of higher ranks.
 */
export function countFeatures({ shape }: Table): number {
  return shape.length === 1 ? 1 : shape[shape.length - 1]!
}

/** What a feature is called: `feature 3 of xs`, `channel 0 of xs.image`, `xs` when it is the only one. */
export function featureName(table: Table, feature: number): string {
  if (countFeatures(table) === 1) return table.name
  return `${table.shape.length > 3 ? 'channel' : 'feature'} ${feature} of ${table.name}`
}

/** "3, 17, 20 and 4 more" */
export function listFirst(items: readonly (number | string)[], most = 5): string {
  const shown = items.slice(0, most).join(', ')
  return items.length > most ? `${shown} and ${items.length - most} more` : shown
}

/** "1 example", "3 examples" */
export function plural(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`
}
