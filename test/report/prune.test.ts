import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { obsoletePictures, removePictures } from '../../src/report/prune.js'

let root: string
let testFile: string
let snapFile: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'prune-'))
  testFile = join(root, 'a.test.ts')
  snapFile = join(root, 'a.test.ts.snap')
  folder = join(root, '__weights__', 'a.test.ts')
  mkdirSync(join(folder, 'folder.png'), { recursive: true })
  for (const name of ['living.png', 'gone.svg', 'renamed.png', 'notes.txt'])
    writeFileSync(join(folder, name), '')
  const entry = (key: string, picture: string) => `exports[\`${key}\`] = \`\npicture: ${picture}\n\`;\n`
  writeFileSync(snapFile, `${entry('living 1', 'living.png')}\n${entry('gone 1', 'gone.svg')}`)
})
afterEach(() => rmSync(root, { recursive: true }))

const names = (obsoleteKeys: string[]) =>
  obsoletePictures({ testFile, snapFile, obsoleteKeys: new Set(obsoleteKeys) }).map((path) =>
    path.slice(folder.length + 1),
  )

test('pictures that no living entry names; nothing but PNG files', () => {
  expect(names([]).sort()).toEqual(['renamed.png'])
  expect(names(['gone 1']).sort()).toEqual(['gone.svg', 'renamed.png'])
})

test('pictures of every kind', () => {
  const images = join(root, '__images__', 'a.test.ts')
  mkdirSync(images, { recursive: true })
  writeFileSync(join(images, 'old.png'), '')
  const found = obsoletePictures({ testFile, snapFile, obsoleteKeys: new Set() })
  expect(found.sort()).toEqual([join(images, 'old.png'), join(folder, 'renamed.png')])
})

test('without a .snap file every picture is obsolete, without a folder none', () => {
  rmSync(snapFile)
  expect(names([])).toHaveLength(3)
  rmSync(folder, { recursive: true })
  expect(names([])).toEqual([])
})

test('removing takes folders that become empty along, and no others', () => {
  removePictures([join(folder, 'gone.svg')])
  expect(readdirSync(folder).sort()).toEqual(['folder.png', 'living.png', 'notes.txt', 'renamed.png'])
  rmSync(join(folder, 'folder.png'), { recursive: true })
  removePictures(readdirSync(folder).map((name) => join(folder, name)))
  expect(readdirSync(root)).not.toContain('__weights__')
})
