import { crc32, deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { addExactValues, readExactValues } from '../../src/images/exact-values.js'
import type { Picture } from '../../src/images/picture.js'
import { decodePng, encodePng } from '../../src/images/png.js'
import { addChunk, CorruptPngError, readChunks } from '../../src/images/png-chunks.js'

const blocks: Picture = {
  width: 240,
  height: 120,
  data: Uint8Array.from({ length: 3 * 240 * 120 }, (_, i) => ((Math.floor(i / 36) * 37) % 256) ^ (i % 3)),
}

const signature = Buffer.from('89504e470d0a1a0a', 'hex')

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

function header(width: number, height: number): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  data.set([8, 2, 0, 0, 0], 8)
  return chunk('IHDR', data)
}

test('what was encoded is decoded', () => {
  expect(decodePng(encodePng(blocks))).toEqual(blocks)
})

test('the same pixels give the same bytes, and few of them', () => {
  expect(encodePng(blocks).equals(encodePng({ ...blocks, data: blocks.data.slice() }))).toBe(true)
  expect(encodePng(blocks).length).toBeLessThan(blocks.data.length / 20)
})

describe('refuses, naming what is wrong', () => {
  const png = encodePng(blocks)
  const flipped = Buffer.from(png)
  flipped[60]! ^= 0xff

  test.each([
    ['an empty file', Buffer.alloc(0), /the file is empty/],
    ['text', Buffer.from('<!doctype html>'), /not a PNG file/],
    ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1'), /not a PNG file/],
    ['a file cut in the middle', png.subarray(0, png.length / 2), /truncated: \d+ bytes are missing/],
    ['a file cut between chunks', png.subarray(0, png.length - 12), /truncated: it ends before its IEND/],
    ['a flipped byte', flipped, /damaged: the checksum of its IDAT chunk is wrong/],
    [
      'a header that claims gigabytes',
      Buffer.concat([signature, header(60000, 60000)]),
      /60000 × 60000 pixels; at most/,
    ],
    ['a width of zero', Buffer.concat([signature, header(0, 5)]), /0 × 5 pixels/],
    ['no header', Buffer.concat([signature, chunk('IEND', Buffer.alloc(0))]), /does not start with IHDR/],
    [
      'too few pixels',
      Buffer.concat([
        signature,
        header(9, 9),
        chunk('IDAT', deflateSync(Buffer.alloc(4))),
        chunk('IEND', Buffer.alloc(0)),
      ]),
      /damaged/,
    ],
    [
      'pixels that are no deflate stream',
      Buffer.concat([
        signature,
        header(9, 9),
        chunk('IDAT', Buffer.alloc(40, 7)),
        chunk('IEND', Buffer.alloc(0)),
      ]),
      /damaged/,
    ],
  ])('%s', (_, bytes, problem) => {
    expect(() => decodePng(bytes)).toThrow(CorruptPngError)
    expect(() => decodePng(bytes)).toThrow(problem)
  })

  test('whatever is cut off or flipped, it never throws anything else', () => {
    for (let length = 0; length < png.length; length += 97) {
      expect(() => decodePng(png.subarray(0, length))).toThrow(CorruptPngError)
    }
  })
})

describe('exact weights inside a picture', () => {
  const values = Float32Array.from([0, -0, 1e-30, -3.25, 0.1, 1])
  const png = addExactValues(encodePng(blocks), [2, 3], values)

  test('come back bit by bit and leave the pixels alone', () => {
    expect(readExactValues(png)).toEqual({ shape: [2, 3], values })
    expect(decodePng(png)).toEqual(blocks)
  })

  test('travel in a chunk that viewers skip and editors drop', () => {
    expect(readChunks(png).map(({ type }) => type)).toContain('rcWT')
  })

  test('are left out above 65,536', () => {
    const plain = encodePng(blocks)
    expect(addExactValues(plain, [65_537], new Float32Array(65_537))).toBe(plain)
    expect(readExactValues(plain)).toBeUndefined()
  })

  test('of another version are ignored', () => {
    expect(
      readExactValues(addChunk(encodePng(blocks), { type: 'rcWT', data: Buffer.from([9, 0]) })),
    ).toBeUndefined()
  })

  test.each([
    [
      'more values than it says',
      Buffer.concat([Buffer.from([1, 1, 0, 0, 0, 2]), deflateSync(Buffer.alloc(400))]),
    ],
    [
      'fewer values than it says',
      Buffer.concat([Buffer.from([1, 1, 0, 0, 0, 9]), deflateSync(Buffer.alloc(4))]),
    ],
    [
      'a count of billions',
      Buffer.concat([Buffer.from([1, 1, 255, 255, 255, 255]), deflateSync(Buffer.alloc(4))]),
    ],
    ['a shape that is cut', Buffer.from([1, 4, 0])],
    ['garbage', Buffer.from([1, 1, 0, 0, 0, 1, 1, 2, 3])],
  ])('with %s are corrupt', (_, data) => {
    expect(() => readExactValues(addChunk(encodePng(blocks), { type: 'rcWT', data }))).toThrow(
      CorruptPngError,
    )
  })
})
