import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkCapacity, checkOverfitBatch, runRecipe } from '../../src/checks/index.js'
import { type CacheKey, withCacheKey } from '../../src/memo/cache-key.js'
import { digestOf } from '../../src/memo/content.js'
import { withMemory } from '../../src/memo/remember.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import { corners } from '../docs/corners.js'
import { HiddenLoop } from '../programs/hidden-loop.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { memoryInFolder } from './in-folder.js'

const here = memoryInFolder()
const batch: Examples = corners(12)

interface Settings {
  units?: number
  rate?: number
}

let made = 0

class Loop extends HiddenLoop {
  constructor({ units, rate = 0.02 }: Settings = {}) {
    super({ ...(units !== undefined && { units }), optimizer: () => tf.train.adam(rate) })
    made++
  }
}

let project: string
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'code-'))
  write('model.ts', `import { rate } from './settings.js'`)
  write('settings.ts', 'export const rate = 0.02')
})
afterEach(() => rmSync(project, { recursive: true }))

function write(name: string, text: string): void {
  mkdirSync(dirname(join(project, name)), { recursive: true })
  writeFileSync(join(project, name), text)
}

const itself: Record<string, unknown> = {}
itself.self = itself
const fileHere = new URL('./in-folder.ts', import.meta.url).href
const code = () => pathToFileURL(join(project, 'model.ts')).href
const isReused = async (create: () => Trainable | tf.LayersModel) =>
  (await withMemory(here.memory, () => checkOverfitBatch(create, batch))).reused === true
/** Of a factory that is made anew, as by another file. */
const keyed = (key: Partial<CacheKey> = {}, settings: Settings = {}) =>
  withCacheKey(() => new Loop(settings), { code: code(), values: {}, ...key })

describe('a training loop', () => {
  test('with a key is trained once, and leaks nothing', async () => {
    expect(await isReused(keyed())).toBe(false)
    made = 0
    expect(await expectNoNewTensors(() => isReused(keyed()))).toBe(true)
    expect(made).toBe(1)
  })

  test('without one is trained each time', async () => {
    const create = () => new Loop()
    expect(await isReused(create)).toBe(false)
    expect(await isReused(create)).toBe(false)
  })

  test.each<[string, () => void, Partial<CacheKey>?, Settings?]>([
    ['a line of its file', () => write('model.ts', `import { rate } from './settings.js' // changed`)],
    ['a line of a file that it imports', () => write('settings.ts', 'export const rate = 0.03')],
    ['a value', () => {}, { values: { rate: 0.03 } }],
    ['its first weights', () => {}, {}, { units: 17 }],
    ['what is installed', () => write('node_modules/.package-lock.json', '{}')],
  ])('with another %s is another one', async (_, change, key, settings) => {
    expect(await isReused(keyed())).toBe(false)
    change()
    expect(await isReused(keyed(key, settings))).toBe(false)
    expect(await isReused(keyed(key, settings))).toBe(true)
  })

  test('is told by the key of a function that has one, too', async () => {
    const twice = (rate: number) => withCacheKey(keyed({ values: { rate } }), { code: code(), values: {} })
    expect(await isReused(twice(0.02))).toBe(false)
    expect(await isReused(twice(0.03))).toBe(false)
    expect(await isReused(twice(0.03))).toBe(true)
  })

  test('in a folder of a workspace with a lock file of its own is another one where the others change', async () => {
    write('packages/a/model.ts', '')
    write('packages/a/package-lock.json', '')
    const inside = () => keyed({ code: join(project, 'packages/a/model.ts') })
    expect(await isReused(inside())).toBe(false)
    write('bun.lockb', 'changed')
    expect(await isReused(inside())).toBe(false)
  })

  test('that is written differently in the same file is another one', async () => {
    const key = { code: code(), values: {} }
    expect(await isReused(withCacheKey(() => new Loop({ rate: 0.02 }), key))).toBe(false)
    expect(await isReused(withCacheKey(() => new Loop({ rate: 0.03 }), key))).toBe(false)
  })

  test('in a recipe and at growing capacities', async () => {
    const recipe = () => ({
      create: keyed(),
      train: corners(90),
      capacities: [1, 4, 16].map((units) => keyed({}, { units })),
    })
    const only = ['overfit-batch', 'updates-every-weight', 'decrease-loss-with-capacity']
    const results = async () => (await withMemory(here.memory, () => runRecipe(recipe(), { only }))).results
    expect((await results()).map(({ reused }) => reused)).toEqual([undefined, undefined, undefined])
    expect((await results()).map(({ reused }) => reused)).toEqual([true, true, true])

    const grow = () => withCacheKey((units: number) => new Loop({ units }), { code: code(), values: {} })
    const grown = () =>
      withMemory(here.memory, () => checkCapacity(grow(), corners(90), { capacities: [1, 4, 16], steps: 60 }))
    expect(await grown()).not.toHaveProperty('reused')
    expect(await grown()).toHaveProperty('reused', true)
  })
})

test('a model with a loss of the user', async () => {
  const create = (rate: number) => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 16, inputShape: [2], activation: 'relu' }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    })
    const loss = (truth: tf.Tensor, prediction: tf.Tensor) =>
      tf.neg(tf.sum(tf.mul(truth, tf.log(tf.add(prediction, 1e-7))), -1))
    model.compile({ optimizer: tf.train.adam(rate), loss })
    return model
  }
  const withRate = (rate: number) => withCacheKey(() => create(rate), { code: code(), values: {} })
  expect(await isReused(withRate(0.02))).toBe(false)
  expect(await isReused(withRate(0.02))).toBe(true)
  // Not named as a value, and seen all the same.
  expect(await isReused(withRate(0.03))).toBe(false)
})

test('a function among the options of a check counts by its key', () => {
  const augment = (values: Record<string, unknown> = {}) =>
    digestOf({ augment: withCacheKey((examples: Examples) => examples, { code: code(), values }) })
  expect(augment()).toBe(augment())
  expect(augment()).not.toBe(augment({ shift: 2 }))
  expect(() => digestOf({ augment: (examples: Examples) => examples })).toThrow('a function')
})

test('keeps name, arguments, result and what else there is', () => {
  const add = withCacheKey(
    Object.assign(
      function sum(a: number, b: number) {
        return a + b
      },
      { units: 'none' },
    ),
    { code: code(), values: {} },
  )
  expect(add(1, 2)).toBe(3)
  expect(add.name).toBe('sum')
  expect(add).toHaveLength(2)
  expect(add.units).toBe('none')
})

test('files may have any name', () => {
  write('model.ts', `import './größe.js'`)
  write('größe.ts', '')
  expect(() => keyed()).not.toThrow()
})

test.each<[string, Record<string, string>]>([
  ['a file that is not there', { 'model.ts': `import './gone.js'` }],
  ['an alias', { 'model.ts': `import '@/layers'` }],
  ['a computed import', { 'settings.ts': 'await import(name)' }],
  ['a glob', { 'settings.ts': `import.meta.glob('./*.ts')` }],
])('%s is refused by name', (_, files) => {
  for (const [name, text] of Object.entries(files)) write(name, text)
  expect(() => keyed()).toThrow(/^key\.code: got .*(model|settings)\.ts, (which imports|where) .*; wanted /)
})

test('packages of the workspace are refused: their sources may import anything', () => {
  write('model.ts', `import 'layers'`)
  write('packages/layers/package.json', '{"name":"layers","version":"1.0.0"}')
  mkdirSync(join(project, 'node_modules'))
  symlinkSync(join(project, 'packages/layers'), join(project, 'node_modules/layers'))
  expect(() => keyed()).toThrow(/model\.ts, which imports layers/)
})

test('types may come from anywhere', () => {
  write('model.ts', `import type { Point } from 'no-such-package'\nexport type { Line } from '@/lines'`)
  expect(() => keyed()).not.toThrow()
  write('model.ts', `import type from '@/type'`)
  expect(() => keyed()).toThrow(/@\/type/)
})

test('bound functions of the same file are told apart by their names', async () => {
  const slow = () => new Loop({ rate: 0.02 })
  const fast = () => new Loop({ rate: 0.03 })
  expect(await isReused(withCacheKey(slow.bind(null), { code: code(), values: {} }))).toBe(false)
  expect(await isReused(withCacheKey(fast.bind(null), { code: code(), values: {} }))).toBe(false)
})

test('this package may be linked: its files count anyway', () => {
  write('model.ts', `import { withCacheKey } from 'vitest-recipe'`)
  expect(() => keyed()).not.toThrow()
})

test.each<[string, unknown, RegExp]>([
  ['no code', { values: {} }, /^key\.code: got undefined; wanted import\.meta\.url/],
  ['no files', { code: [], values: {} }, /^key\.code: got no files/],
  ['a relative path', { code: './model.ts', values: {} }, /^key\.code: got "\.\/model\.ts"/],
  [
    'a missing file',
    { code: '/gone/model.ts', values: {} },
    /^key\.code: got \/gone\/model\.ts, which cannot/,
  ],
  ['no values', { code: fileHere }, /^key\.values: got undefined; wanted an object/],
  ['a function', { code: fileHere, values: { f() {} } }, /^key\.values: got a function/],
  ['what refers to itself', { code: fileHere, values: itself }, /^key\.values: got what cannot be read/],
  ['a URL of another machine', { code: 'file://host/x.ts', values: {} }, /^key\.code: got "file:/],
  ['nothing', undefined, /^key\.code/],
])('%s is refused', (_, key, message) => {
  expect(() => withCacheKey(() => new Loop(), key as CacheKey)).toThrow(message)
})

test('what is no function is refused', () => {
  expect(() => withCacheKey({} as never, { code: code(), values: {} })).toThrow(/^fn: got an object/)
})
