import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { picturesNamedIn } from '../../src/snapshots/snap-file.js'

const folder = mkdtempSync(join(tmpdir(), 'snap-'))
afterAll(() => rmSync(folder, { recursive: true }))
const snapFile = (text: string) => {
  const file = join(folder, 'a.snap')
  writeFileSync(file, text)
  return file
}

// Keys and values as Vitest writes them: template literals with escaped backticks, dollars and backslashes.
const text = [
  '// Vitest Snapshot v1',
  '',
  'exports[`plain 1`] = `',
  'picture: plain.png',
  'weights: x [1]',
  '`;',
  '',
  `exports[\`with \\\`ticks\\\` and \\\${braces} and \\\\ 1\`] = \``,
  'picture: odd.wasm.png',
  'picture: odd.cpu.png',
  '`;',
  '',
  'exports[`text 1`] = `"picture of nothing"`;',
  '',
].join('\n')

test('all pictures that are named', () => {
  expect([...picturesNamedIn(snapFile(text))]).toEqual(['plain.png', 'odd.wasm.png', 'odd.cpu.png'])
})

test('without those of obsolete keys, also where keys are escaped and lines end as on Windows', () => {
  const odd = ['with `ticks` and $', '{braces} and \\ 1'].join('')
  expect([...picturesNamedIn(snapFile(text), new Set([odd]))]).toEqual(['plain.png'])
  expect([...picturesNamedIn(snapFile(text.replaceAll('\n', '\r\n')), new Set([odd]))]).toEqual(['plain.png'])
})

test('a file with conflict markers keeps every picture that it names', () => {
  const conflict = text
    .replace('exports[`plain', '<<<<<<< HEAD\nexports[`plain')
    .replace('`;', '=======\npicture: b.png\n`')
  expect([...picturesNamedIn(snapFile(conflict))]).toEqual([
    'plain.png',
    'b.png',
    'odd.wasm.png',
    'odd.cpu.png',
  ])
})

test('no file, no pictures', () => {
  expect(picturesNamedIn(join(folder, 'none.snap')).size).toBe(0)
})
