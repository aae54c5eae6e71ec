import { describe, expect, test } from 'vitest'
import { pictureName } from '../../src/snapshots/names.js'

test.each(['conv1', 'first-layer', 'a_b', 'v1.2', '权重', 'première', 'Ω'])('%s is kept as it is', (name) => {
  expect(pictureName(name)).toBe(name)
})

test.each([
  '../x',
  '..',
  '../../etc/passwd',
  'a/b',
  'a\\b',
  '/abs',
  'C:\\x',
  './x',
  '.hidden',
  'x\0y',
  'a\nb',
  'x.',
  '~/x',
])('%j cannot lead out of its folder', (name) => {
  expect(pictureName(name)).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u)
  expect(pictureName(name)).not.toContain('..')
  expect(pictureName(name)).toMatch(/[\da-f]{6}$/)
})

test('names that look alike once cleaned stay different', () => {
  const names = ['a b', 'a-b', 'a/b', 'a  b', 'a > b', '😀', '😁', '!', '?', '权 重', '权-重']
  expect(new Set(names.map(pictureName)).size).toBe(names.length)
})

test('emoji alone leave their hash', () => {
  expect(pictureName('😀')).toMatch(/^[\da-f]{6}$/)
})

test('300 characters are cut to 80 and a hash', () => {
  const name = 'x'.repeat(300)
  expect(pictureName(name)).toMatch(/^x{80}-[\da-f]{6}$/)
  expect(pictureName(`${name}y`)).not.toBe(pictureName(name))
})

test('long names of wide letters fit the 255 bytes of a file system', () => {
  for (const letter of ['重', '𠀀', 'é', 'e\u0301']) {
    expect(Buffer.byteLength(`${pictureName(letter.repeat(300))}.tensorflow.png`)).toBeLessThan(255)
  }
})

test('composed and decomposed letters are the same name', () => {
  expect(pictureName('e\u0301')).toBe(pictureName('é'))
})

describe('device names of Windows', () => {
  test.each(['con', 'NUL', 'lpt1'])('%s gets a hash', (name) => {
    expect(pictureName(name)).toMatch(new RegExp(`^${name}-[\\da-f]{6}$`))
  })
})

test.each(['', '   ', '\n'])('%j is refused', (name) => {
  expect(() => pictureName(name)).toThrow('name: got')
})
