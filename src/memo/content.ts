import { createHash, type Hash } from 'node:crypto'
import zlib from 'node:zlib'
import type * as tf from '@tensorflow/tfjs'
import { isTensor } from '../training/examples.js'
import { cacheKeyOf } from './function-keys.js'

/** Something that cannot be told by its content: code, or an object that holds some. */
export class OpaqueError extends Error {
  override name = 'OpaqueError'
}

/**
 * A digest of values by what they are: numbers, strings, plain objects and arrays of such, tensors by type, shape and
 * numbers, and functions by their cache key. Throws `OpaqueError` on anything else. Keys that are undefined count as missing.
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
  const key = cacheKeyOf(value)
  if (key === undefined && (typeof value === 'function' || typeof value === 'symbol'))
    throw new OpaqueError(`a ${typeof value}`)
  hash.update(`${typeof value} ${key ?? literal(value)};`)
}

/** As it would be written down: -0, NaN and the infinities are not what JSON makes of them. */
function literal(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return Object.is(value, -0) ? '-0' : String(value)
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Digests of data, with a checksum of the bytes that they are of. */
const knownDigests = new WeakMap<object, { checksum: number; digest: string }>()

function digestOfTensor(tensor: tf.Tensor): string {
  if (tensor.dtype === 'string' || tensor.dtype === 'complex64')
    throw new OpaqueError(`a tensor of ${tensor.dtype}`)
  return `${tensor.dtype} ${tensor.shape.join()} ${digestOfNumbers(tensor)}`
}

/**
 * A tensor may share its numbers with the array that it was made from, and that may have been changed since: they are read
 * each time. The checksum, several times as fast as a digest, tells whether it still holds.
 */
function digestOfNumbers(tensor: tf.Tensor): string {
  const { buffer, byteOffset, byteLength } = tensor.dataSync()
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  // Node 20 has it from 20.15 on.
  const checksum = zlib.crc32?.(bytes)
  const known = knownDigests.get(tensor.dataId)
  if (known && known.checksum === checksum) return known.digest
  const digest = createHash('sha1').update(bytes).digest('hex')
  if (checksum !== undefined) knownDigests.set(tensor.dataId, { checksum, digest })
  return digest
}
