import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore, pruneStore } from '../../src/memo/store.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('keeps numbers that JSON does not have, and arrays of numbers', () => {
  const value = { loss: Number.NaN, curve: [1, Infinity, -0], weights: Float32Array.of(1, 2) }
  openStore(folder).write('key', value)
  expect(openStore(folder).read('key')).toEqual(value)
  expect(readdirSync(folder)).toEqual(['key'])
})

test('what is not there, and what cannot be read, is undefined', () => {
  writeFileSync(join(folder, 'damaged'), 'text')
  expect(openStore(folder).read('damaged')).toBeUndefined()
  expect(openStore(folder).read('missing')).toBeUndefined()
  expect(openStore().read('missing')).toBeUndefined()
})

test('the files that nobody used for longest go first', () => {
  for (const [i, name] of ['old', 'middle', 'new'].entries()) {
    writeFileSync(join(folder, name), '.'.repeat(100))
    utimesSync(join(folder, name), 1000 + i, 1000 + i)
  }
  pruneStore(folder, 250)
  expect(readdirSync(folder).sort()).toEqual(['middle', 'new'])
  expect(readFileSync(join(folder, 'new'), 'utf8')).toHaveLength(100)
  pruneStore(join(folder, 'nowhere'), 0)
})
