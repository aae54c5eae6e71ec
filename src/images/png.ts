import { inflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import type { Picture } from './picture.js'
import { CorruptPngError, type PngChunk, readChunks } from './png-chunks.js'

/**
 * The picture as PNG bytes, the same for the same pixels on every Node version.
 * Without a filter the blocks of an enlarged picture repeat exactly, which deflate's default strategy finds;
 * pngjs's own default strategy (run lengths only) makes the file up to thirty times larger in this mode.
 */
export function encodePng({ width, height, data }: Picture): Buffer {
  const png = new PNG({ width, height })
  for (let pixel = 0; pixel < width * height; pixel++) {
    png.data.set(data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel)
    png.data[4 * pixel + 3] = 255
  }
  return PNG.sync.write(png, { colorType: 2, filterType: 0, deflateStrategy: 0 })
}

/**
 * The pixels of a PNG of any colour type; transparency is dropped.
 * Throws `CorruptPngError` when the file is truncated, damaged, larger than 4096 × 4096 or no PNG.
 */
export function decodePng(bytes: Uint8Array): Picture {
  assertPixels(readChunks(bytes))
  const { width, height, data: rgba } = decode(bytes)
  const data = new Uint8Array(3 * width * height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set(rgba.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel)
  }
  return { width, height, data }
}

function decode(bytes: Uint8Array): PNG {
  try {
    return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (error) {
    throw new CorruptPngError(`damaged: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

const channelsOfColorType: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** pngjs decodes pixel data that is too short or no deflate stream at all into arbitrary pixels. */
function assertPixels(chunks: readonly PngChunk[]): void {
  const header = chunks[0]!.data
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const [bitDepth, colorType, , , interlaced] = header.subarray(8)
  if (interlaced) throw new CorruptPngError('interlaced PNG files are not read')
  const bitsPerPixel = bitDepth! * (channelsOfColorType[colorType!] ?? 0)
  const wanted = height * (1 + Math.ceil((width * bitsPerPixel) / 8))
  const deflated = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  let length: number
  try {
    length = inflateSync(deflated, { maxOutputLength: wanted + 1 }).length
  } catch (error) {
    throw new CorruptPngError('damaged: its pixels cannot be inflated', { cause: error })
  }
  if (length !== wanted) throw new CorruptPngError(`damaged: ${length} bytes of pixels instead of ${wanted}`)
}
