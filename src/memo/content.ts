import { createHash, type Hash } from 'node:crypto'
import zlib from 'node:zlib'
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
  hash.update(`${typeof value} ${literal(value)};`)
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

/** What is known of the numbers of a tensor. */
interface KnownNumbers {
  /** Of their bytes. */
  checksum: number
  digest: string
  /** The array that they were read as. */
  read: WeakRef<object>
  /** The backend that holds them where nobody else can change them. */
  keptBy?: string
}

const knownNumbers = new WeakMap<object, KnownNumbers>()

function digestOfTensor(tensor: tf.Tensor): string {
  if (tensor.dtype === 'string' || tensor.dtype === 'complex64')
    throw new OpaqueError(`a tensor of ${tensor.dtype}`)
  return `${tensor.dtype} ${tensor.shape.join()} ${digestOfNumbers(tensor)}`
}

/**
 * A tensor may share its numbers with the array that it was made from, and that may have been changed since: they are read
 * each time. The checksum, several times as fast as a digest, tells whether it still holds. Once they are read as another
 * array than before, the backend has them to itself, and they are those that they were.
 */
function digestOfNumbers(tensor: tf.Tensor): string {
  const known = knownNumbers.get(tensor.dataId)
  const backend = tf.getBackend()
  if (known?.keptBy === backend) return known.digest
  const values = tensor.dataSync()
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  // Node 20 has it from 20.15 on.
  const checksum = zlib.crc32?.(bytes)
  const digest =
    known && known.checksum === checksum ? known.digest : createHash('sha1').update(bytes).digest('hex')
  // The backend in JavaScript converts some arrays of the user each time.
  const isKept = known !== undefined && known.read.deref() !== values && backend !== 'cpu'
  if (checksum !== undefined) {
    knownNumbers.set(tensor.dataId, {
      checksum,
      digest,
      read: new WeakRef(values),
      ...(isKept && { keptBy: backend }),
    })
  }
  return digest
}
