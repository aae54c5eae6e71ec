import { PNG } from 'pngjs'
import type { Picture } from './picture.js'
import { CorruptPngError, readChunks } from './png-chunks.js'

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
  readChunks(bytes)
  const { width, height, data: rgba } = inflate(bytes)
  const data = new Uint8Array(3 * width * height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set(rgba.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel)
  }
  return { width, height, data }
}

function inflate(bytes: Uint8Array): PNG {
  try {
    return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch (error) {
    throw new CorruptPngError(`damaged: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
