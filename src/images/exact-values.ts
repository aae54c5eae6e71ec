import { deflateSync, inflateSync } from 'node:zlib'
import { addChunk, CorruptPngError, readChunks } from './png-chunks.js'

/**
 * The chunk that carries the exact values: ancillary (viewers skip it), private, and not safe to copy, so that an
 * editor that changes the pixels drops it. https://www.w3.org/TR/png-3/#5Chunk-naming-conventions
 */
const chunkType = 'rcWT'
const version = 1

/** Above this many values (256 KB) they are left out and the fingerprint decides. */
export const mostExactValues = 65_536

export interface ExactValues {
  shape: number[]
  values: Float32Array
}

/** The PNG with the values inside, unchanged when there are more than 65,536 of them or they need more bytes. */
export function addExactValues(
  png: Buffer,
  shape: readonly number[],
  values: Float32Array,
  mostBytes = Infinity,
): Buffer {
  if (values.length > mostExactValues) return png
  const header = Buffer.alloc(2 + 4 * shape.length)
  header.writeUInt8(version, 0)
  header.writeUInt8(shape.length, 1)
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 2 + 4 * axis)
  const deflated = deflateSync(littleEndian(values))
  if (deflated.length > mostBytes) return png
  return addChunk(png, { type: chunkType, data: Buffer.concat([header, deflated]) })
}

/**
 * The values inside a PNG; undefined when it carries none (too many, or an image optimiser dropped them).
 * Throws `CorruptPngError` when they are there but cannot be read.
 */
export function readExactValues(png: Uint8Array): ExactValues | undefined {
  const data = readChunks(png).find(({ type }) => type === chunkType)?.data
  if (data === undefined || data.length < 2 || data.readUInt8(0) !== version) return undefined
  const rank = data.readUInt8(1)
  if (data.length < 2 + 4 * rank) throw new CorruptPngError('damaged: the values inside it are incomplete')
  const shape = Array.from({ length: rank }, (_, axis) => data.readUInt32BE(2 + 4 * axis))
  const count = shape.reduce((product, size) => product * size, 1)
  if (count > mostExactValues) throw new CorruptPngError(`damaged: it claims to contain ${count} values`)
  return { shape, values: inflateValues(data.subarray(2 + 4 * rank), count) }
}

/** float32, little-endian, whatever the machine. */
export function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, 4 * i)
  return bytes
}

function inflateValues(deflated: Buffer, count: number): Float32Array {
  let bytes: Buffer
  try {
    bytes = inflateSync(deflated, { maxOutputLength: 4 * count + 1 })
  } catch (error) {
    throw new CorruptPngError('damaged: the values inside it cannot be inflated', { cause: error })
  }
  if (bytes.length !== 4 * count) throw new CorruptPngError('damaged: the values inside it are incomplete')
  return Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(4 * i))
}
