import { createHash, type Hash } from 'node:crypto'
import * as tf from '@tensorflow/tfjs'
import { isTensor } from '../training/examples.js'

/** Something that cannot be told by its content: code, or an object that holds some. */
export class OpaqueError extends Error {
  override name = 'OpaqueError'
}

/**
 * A digest of values by what they are: numbers, strings, plain objects and arrays of such, and tensors by type, shape
 * and numbers. Throws `OpaqueError` on anything else. Keys that are undefined count as missing.
 */
export function digestOf(value: unknown): string {
  const hash = createHash('sha256')
  addValue(hash, value)
  return hash.digest('hex')
}

function addValue(hash: Hash, value: unknown): void {
  if (value === null || typeof value !== 'object') {
    addPrimitive(hash, value)
  } else if (isTensor(value)) {
    hash.update(`tensor ${digestOfTensor(value)};`)
  } else if (Array.isArray(value)) {
    hash.update(`[${value.length}`)
    for (const element of value) addValue(hash, element)
  } else if (isPlain(value)) {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined)
    hash.update(`{${keys.length}`)
    for (const key of keys.sort()) {
      hash.update(JSON.stringify(key))
      addValue(hash, value[key])
    }
  } else {
    throw new OpaqueError(`an object of the class ${value.constructor?.name ?? '?'}`)
  }
}

function addPrimitive(hash: Hash, value: unknown): void {
  if (typeof value === 'function' || typeof value === 'symbol') throw new OpaqueError(`a ${typeof value}`)
  // -0, NaN and the infinities are not what JSON makes of them.
  hash.update(`${typeof value} ${Object.is(value, -0) ? '-0' : String(value)};`)
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Digests of data, so that large ones are read once. Data of a tensor never change; a variable gets other data. */
const knownDigests = new WeakMap<object, string>()

function digestOfTensor(tensor: tf.Tensor): string {
  if (tensor.dtype === 'string' || tensor.dtype === 'complex64')
    throw new OpaqueError(`a tensor of ${tensor.dtype}`)
  return `${tensor.dtype} ${tensor.shape.join()} ${digestOfNumbers(tensor)}`
}

function digestOfNumbers(tensor: tf.Tensor): string {
  const known = knownDigests.get(tensor.dataId)
  if (known !== undefined) return known
  if (tensor.rank > 0) takeFromArray(tensor)
  const { buffer, byteOffset, byteLength } = tensor.dataSync()
  const digest = createHash('sha1')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex')
  // In plain JavaScript a tensor goes on sharing its numbers with the array that it was made from.
  if (tf.getBackend() !== 'cpu') knownDigests.set(tensor.dataId, digest)
  return digest
}

/** The native backend copies the array that a tensor was made from when the tensor is first used. */
function takeFromArray(tensor: tf.Tensor): void {
  tf.tidy(() => {
    tf.slice(
      tensor,
      tensor.shape.map(() => 0),
      tensor.shape.map((size) => Math.min(size, 1)),
    )
  })
}
