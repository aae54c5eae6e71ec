import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodePng } from '../../src/images/png.js'
import { pictureFolder, readPicture, writeWithin } from '../../src/snapshots/files.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weights-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const png = encodePng({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) })

test('pictures lie beside the test file, a folder for each', () => {
  expect(pictureFolder(join('repo', 'test', 'cnn.test.ts'), '__weights__')).toBe(
    join('repo', 'test', '__weights__', 'cnn.test.ts'),
  )
})

test('writes into a folder that it makes, leaving nothing else there', () => {
  const inner = join(folder, '__weights__', 'a.test.ts')
  writeWithin(inner, 'x.png', png)
  writeWithin(inner, 'x.png', png)
  expect(readdirSync(inner)).toEqual(['x.png'])
  expect(readPicture(join(inner, 'x.png'))).toMatchObject({
    state: 'present',
    picture: { width: 1, height: 1 },
  })
})

test.each(['../x.png', 'a/b.png', '/tmp/x.png', '..'])('refuses to write %s', (name) => {
  expect(() => writeWithin(folder, name, png)).toThrow(`Refused to write "${name}"`)
  expect(readdirSync(folder)).toEqual([])
})

test('a file where the folder should be: one readable error', () => {
  writeFileSync(join(folder, '__weights__'), 'in the way')
  expect(() => writeWithin(join(folder, '__weights__', 'a'), 'x.png', png)).toThrow(
    /Cannot write the picture .*x\.png: a file lies where its folder should be \(\w+\)\. Nothing was changed\./,
  )
  expect(readFileSync(join(folder, '__weights__'), 'utf8')).toBe('in the way')
})

test('when the last step fails the temporary file goes and the old one stays', () => {
  mkdirSync(join(folder, 'x.png', 'full'), { recursive: true })
  expect(() => writeWithin(folder, 'x.png', png)).toThrow('Cannot write the picture')
  expect(readdirSync(folder)).toEqual(['x.png'])
})

test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
  'a read-only folder (root may write to those): one readable error, the old file intact',
  async () => {
    const { chmodSync } = await import('node:fs')
    writeWithin(folder, 'x.png', png)
    chmodSync(folder, 0o500)
    try {
      expect(() => writeWithin(folder, 'x.png', Buffer.alloc(1))).toThrow('no permission to write')
      expect(readFileSync(join(folder, 'x.png')).equals(png)).toBe(true)
    } finally {
      chmodSync(folder, 0o700)
    }
  },
)

test('what cannot be read is a state', () => {
  expect(readPicture(join(folder, 'none.png'))).toEqual({ state: 'missing' })
  writeFileSync(join(folder, 'cut.png'), png.subarray(0, 20))
  expect(readPicture(join(folder, 'cut.png'))).toMatchObject({
    state: 'corrupt',
    problem: expect.stringContaining('truncated'),
  })
  mkdirSync(join(folder, 'folder.png'))
  expect(readPicture(join(folder, 'folder.png'))).toMatchObject({ state: 'corrupt' })
})

test.each([
  ['nothing', '', 'the file is empty'],
  ['half a figure', '<svg><path d="M1 1"/>', 'not a whole SVG file'],
  ['a merge conflict', '<<<<<<< ours\n<svg></svg>\n=======\n>>>>>>> theirs', 'not a whole SVG file'],
  ['far too much', `<svg>${' '.repeat(5_000_000)}</svg>`, 'at most 4194304 are read'],
])('a figure that is %s is a state, not an error', (_, text, problem) => {
  writeFileSync(join(folder, 'x.svg'), text)
  expect(readPicture(join(folder, 'x.svg'))).toMatchObject({
    state: 'corrupt',
    problem: expect.stringContaining(problem),
  })
})

test('a figure is read with its numbers, also with the line ends of Windows', () => {
  const svg = '<svg>\n<metadata id="vitest-recipe">\n1 2.5\n</metadata>\n</svg>\n'
  writeFileSync(join(folder, 'x.svg'), svg.replaceAll('\n', '\r\n'))
  expect(readPicture(join(folder, 'x.svg'))).toEqual({
    state: 'present',
    picture: svg,
    exact: { shape: [2], values: Float32Array.of(1, 2.5) },
  })
})
