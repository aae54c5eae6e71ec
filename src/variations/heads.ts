import type * as tf from '@tensorflow/tfjs'
import { headOf } from '../training/head.js'
import { coreOf } from '../training/internals.js'

/** The names of the layers that give the outputs their values; undefined where several branches join behind them. */
export function headNames(model: tf.LayersModel): Set<string> | undefined {
  const heads = coreOf(model).outputs.map(headOf)
  return heads.every((head) => head !== undefined) ? new Set(heads.map(({ name }) => name)) : undefined
}
