import { crc32 } from 'node:zlib'

/** A PNG that cannot be used: truncated, damaged, too large, or no PNG at all. */
export class CorruptPngError extends Error {
  override name = 'CorruptPngError'
}

export interface PngChunk {
  /** Four letters; see https://www.w3.org/TR/png-3/#5Chunk-naming-conventions for what their cases mean. */
  type: string
  data: Buffer
}

/** Width and height above which a picture is refused before anything is inflated. */
export const largestSide = 4096

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Four bytes of length, four of type, four of checksum. */
const chunkOverhead = 12

/**
 * All chunks of a PNG, each with its checksum verified, from IHDR to IEND.
 * Throws `CorruptPngError` for anything else, and for sides above 4096 pixels: a file of a few hundred bytes can
 * claim sizes that inflate to gigabytes.
 */
export function readChunks(png: Uint8Array): PngChunk[] {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength)
  if (!bytes.subarray(0, signature.length).equals(signature)) {
    throw new CorruptPngError(bytes.length === 0 ? 'the file is empty' : 'not a PNG file')
  }
  const chunks: PngChunk[] = []
  let offset = signature.length
  while (chunks.at(-1)?.type !== 'IEND') {
    const chunk = readChunk(bytes, offset)
    if (chunks.length === 0) assertHeader(chunk)
    chunks.push(chunk)
    offset += chunkOverhead + chunk.data.length
  }
  return chunks
}

/** The PNG with one more chunk before its IEND. */
export function addChunk(png: Uint8Array, { type, data }: PngChunk): Buffer {
  const end = png.length - chunkOverhead
  const chunk = Buffer.alloc(chunkOverhead + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return Buffer.concat([png.subarray(0, end), chunk, png.subarray(end)])
}

function readChunk(bytes: Buffer, offset: number): PngChunk {
  if (offset + chunkOverhead > bytes.length)
    throw new CorruptPngError('truncated: it ends before its IEND chunk')
  const length = bytes.readUInt32BE(offset)
  const end = offset + 8 + length
  if (end + 4 > bytes.length)
    throw new CorruptPngError(`truncated: ${end + 4 - bytes.length} bytes are missing`)
  const typeAndData = bytes.subarray(offset + 4, end)
  const type = typeAndData.toString('latin1', 0, 4)
  if (bytes.readUInt32BE(end) !== crc32(typeAndData)) {
    throw new CorruptPngError(`damaged: the checksum of its ${printable(type)} chunk is wrong`)
  }
  return { type, data: typeAndData.subarray(4) }
}

function assertHeader({ type, data }: PngChunk): void {
  if (type !== 'IHDR' || data.length !== 13) throw new CorruptPngError('damaged: it does not start with IHDR')
  const width = data.readUInt32BE(0)
  const height = data.readUInt32BE(4)
  if (width < 1 || height < 1 || width > largestSide || height > largestSide) {
    throw new CorruptPngError(`${width} × ${height} pixels; at most ${largestSide} × ${largestSide} are read`)
  }
}

function printable(type: string): string {
  return /^[A-Za-z]{4}$/.test(type) ? type : 'unnamed'
}
