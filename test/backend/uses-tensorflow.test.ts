import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { usesTensorFlow } from '../../src/backend/uses-tensorflow.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uses-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Writes files and asks about the first. */
function uses(files: Record<string, string>): boolean {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return usesTensorFlow([join(folder, Object.keys(files)[0]!)])
}
const vitest = `import { expect, test } from 'vitest'\n`

test.each<[string, Record<string, string>]>([
  ['the file itself', { 'a.test.ts': `import * as tf from "@tensorflow/tfjs"` }],
  ['a matcher without an import', { 'a.test.ts': `${vitest}// vitest-recipe\n` }],
  [
    'what it imports',
    { 'a.test.ts': `import { f } from './b'`, 'b.ts': `export * from '@tensorflow/tfjs-core'` },
  ],
  ['… by its later name', { 'a.test.ts': `import './b.js'`, 'b.ts': `import 'vitest-recipe'` }],
  ['… by its folder', { 'a.test.ts': `import './b'`, 'b/index.ts': `import '@tensorflow/tfjs'` }],
  [
    '… over three files',
    { 'a.test.ts': `import './b'`, 'b.mjs': `require('./c.cjs')`, 'c.cjs': `require("@tensorflow/tfjs")` },
  ],
  ['… later', { 'a.test.ts': `const load = () => import('./b')`, 'b.ts': `import '@tensorflow/tfjs'` }],
  ...[
    `export\n* from './b'`,
    `import\n  * as b from './b'`,
    `class A {\n  * load() { return import('./b') }\n}`,
    `/** @type {object} */ const b = require('./b')`,
    `/*\r\n * A comment.\r\n */ import './b'`,
    'const paths = `\n/*.ts\n`\nimport "./b"\n/** A comment. */',
    `import b from /* the model */ './b'`,
    `import(/* @vite-ignore */ './b')`,
    `require?.('./b')`,
    `const { b } = createRequire(import.meta.url)('./b')`,
  ].map((text): [string, Record<string, string>] => [
    text,
    { 'a.test.js': text, 'b.ts': `import '@tensorflow/tfjs'` },
  ]),
  ['… with an apostrophe', { 'a.test.ts': `import "./b's"`, "b's.ts": `import '@tensorflow/tfjs'` }],
  [
    'one of two files that may be meant',
    { 'a.test.ts': `import './b'`, 'b.ts': '', 'b.js': `import '@tensorflow/tfjs'` },
  ],
  [
    'a folder whose package.json may name another file',
    { 'a.test.ts': `import './b'`, 'b/index.js': '', 'b/package.json': '{ "main": "c.js" }' },
  ],
  ['a path that begins with a string', { 'a.test.ts': `await import('./' + name)`, 'index.ts': '' }],
  [
    'a require of another name',
    {
      'a.test.ts': `import { createRequire } from 'node:module'\nconst load = createRequire(import.meta.url)`,
    },
  ],
  ['a computed import', { 'a.test.ts': `await import(name)` }],
  ['a glob', { 'a.test.ts': `import.meta.glob('./*.ts')` }],
  ['an alias', { 'a.test.ts': `import { model } from '@/model'` }],
  ['a file that is not there', { 'a.test.ts': `import './generated'` }],
  [
    'a package that depends on it',
    {
      'a.test.ts': `import 'toxicity/deep/path'`,
      'node_modules/toxicity/package.json': '{ "peerDependencies": { "@tensorflow/tfjs": "*" } }',
    },
  ],
])('used by %s', (_, files) => expect(uses(files)).toBe(true))

test.each<[string, Record<string, string>]>([
  [
    'tests of something else',
    { 'a.test.ts': `${vitest}import { join } from 'node:path'\nimport fs from 'fs'\ntest('x', () => {})` },
  ],
  [
    'what it imports',
    { 'a.test.ts': `${vitest}import { f } from '../src/b.js'`, '../src/b.ts': 'export const f = 1' },
  ],
  [
    'comments',
    {
      'a.test.ts': `${vitest}// import './b'\n/* import './b' */\n/**\n * @type {import('./b').B}\n */\nimport(\n  './c'\n)`,
      'c.ts': '',
    },
  ],
  [
    'files of Node',
    {
      'a.test.ts': `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\nrequire('./c')\ncreateRequire(import.meta.url).resolve('./d')`,
      'c.cjs': '',
    },
  ],
  ['circles', { 'a.test.ts': `import './b'`, 'b.ts': `import './a.test'` }],
  [
    'data and styles',
    {
      'a.test.ts': `import d from './d.json'\nimport './s.css?inline'`,
      'd.json': '{"a":"import x from y"}',
      's.css': '@import "x"',
    },
  ],
  [
    'packages that do not depend on it',
    {
      'a.test.ts': `import _ from 'lodash/fp'\nimport x from '@scope/name'`,
      'node_modules/lodash/package.json': '{}',
      'node_modules/@scope/name/package.json': '{ "dependencies": { "left-pad": "1" } }',
    },
  ],
])('not used by %s', (_, files) => {
  const inside = Object.fromEntries(Object.entries(files).map(([name, text]) => [join('test', name), text]))
  expect(uses(inside)).toBe(false)
})

test('a link is followed from where its file is', () => {
  mkdirSync(join(folder, 'other'))
  writeFileSync(join(folder, 'other/b.ts'), `import './c'`)
  writeFileSync(join(folder, 'other/c.ts'), `import '@tensorflow/tfjs'`)
  symlinkSync(join(folder, 'other/b.ts'), join(folder, 'b.ts'))
  expect(uses({ 'a.test.ts': `import './b'`, 'c.ts': '' })).toBe(true)
})

test('packages are found in folders above', () => {
  mkdirSync(join(folder, 'node_modules/plain'), { recursive: true })
  writeFileSync(join(folder, 'node_modules/plain/package.json'), '{}')
  expect(uses({ 'packages/a/test/a.test.ts': `import 'plain'` })).toBe(false)
})

test('a package counts by what its dependencies depend on', () => {
  const packages = {
    'node_modules/app/package.json': '{ "dependencies": { "model": "1", "plain": "1" } }',
    'node_modules/plain/package.json':
      '{ "dependencies": { "app": "1" }, "peerDependencies": { "absent": "1" } }',
    'node_modules/model/package.json': '{}',
  }
  expect(uses({ 'a.test.ts': `import 'app'`, ...packages })).toBe(false)
  const dependent = '{ "peerDependencies": { "@tensorflow/tfjs-core": "4" } }'
  expect(uses({ 'a.test.ts': `import 'app'`, 'node_modules/model/package.json': dependent })).toBe(true)
})

test('a package of the same workspace may import anything', () => {
  mkdirSync(join(folder, 'packages/model'), { recursive: true })
  writeFileSync(join(folder, 'packages/model/package.json'), '{}')
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(folder, 'packages/model'), join(folder, 'node_modules/model'), 'junction')
  expect(uses({ 'a.test.ts': `import 'model'` })).toBe(true)
})

test('a damaged package counts as use', () => {
  expect(uses({ 'a.test.ts': `import 'broken'`, 'node_modules/broken/package.json': '{' })).toBe(true)
})

test('a file that cannot be read counts as use', () => {
  expect(usesTensorFlow([join(folder, 'nowhere.test.ts')])).toBe(true)
})
