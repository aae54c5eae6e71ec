import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { RunnerTestCase } from 'vitest'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addExactValues } from '../../src/images/exact-values.js'
import { encodePng } from '../../src/images/png.js'
import { drawWeights } from '../../src/images/weight-picture.js'
import { renderEntry } from '../../src/snapshots/entry.js'
import { writeWithin } from '../../src/snapshots/files.js'
import { weightContent } from '../../src/snapshots/kinds/weights.js'
import type { UpdateMode } from '../../src/snapshots/outcome.js'
import { type Examined, examine, type SnapshotSettings } from '../../src/snapshots/picture-snapshot.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'examine-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const weights = (values: number[]) => ({
  label: 'tensor',
  shape: [values.length],
  values: Float32Array.from(values),
})
const content = (values: number[]) => weightContent(weights(values))
const baseline = [1, -2, 3]

function look(
  values: number[],
  data?: string,
  { update = 'new', ...settings }: Partial<SnapshotSettings> & { update?: UpdateMode } = {},
): Examined {
  const testCase = { id: '1', name: 't', file: { filepath: join(root, 'a.test.ts') } } as RunnerTestCase
  const entry = { key: 't 1', data, markAsChecked: () => {} }
  const defaults = { backend: 'tensorflow', perBackend: false, rtol: 0 }
  return examine(content(values), testCase, { update, entry }, { ...defaults, ...settings })
}

/** What the matcher does when an outcome says so. */
function store({ folder, current, otherBackends }: Examined, values: number[]): string {
  const { shape, values: exact } = weights(values)
  const png = encodePng(drawWeights(weights(values)).picture)
  writeWithin(folder, current.picture, addExactValues(png, shape, exact))
  return renderEntry([current, ...otherBackends], content([0]).kind)
}

test('the tolerance is by default 0.002 of the largest weight of the baseline', () => {
  const entry = store(look(baseline), baseline)
  expect(look([1.0059, -2, 3], entry).outcome.kind).toBe('matched')
  expect(look([1.0061, -2, 3], entry).outcome.kind).toBe('mismatch')
  expect(look([1.0061, -2, 3], entry, { rtol: 1e-3 }).outcome.kind).toBe('matched')
  expect(look([1.4, -2, 3], entry, { atol: 0.5 }).outcome.kind).toBe('matched')
})

test('without a name the picture is named after the key of the entry', () => {
  expect(basename(look(baseline).file)).toMatch(/^t-1-[\da-f]{6}\.png$/)
  expect(basename(look(baseline, undefined, { name: 'x' }).file)).toBe('x.png')
})

test('another name looks for another picture', () => {
  const entry = store(look(baseline), baseline)
  expect(look(baseline, entry, { name: 'renamed' }).outcome.kind).toBe('missing-picture')
})

test('another shape of as many weights is a mismatch', () => {
  const entry = store(look(baseline), baseline)
  expect(look([1, -2, 3, 4], entry).outcome).toMatchObject({ kind: 'mismatch', comparison: { by: 'shape' } })
})

describe('one baseline per backend', () => {
  const settings = { name: 'x', perBackend: true }

  test('pictures and baselines carry the backend, and each is compared with its own', () => {
    const first = look(baseline, undefined, settings)
    expect(first.current.picture).toBe('x.tensorflow.png')
    const entry = store(first, baseline)

    const other = look([9, 9, 9], entry, { ...settings, backend: 'wasm' })
    expect(other.outcome).toEqual({ kind: 'missing-backend', recorded: ['tensorflow'] })

    const updated = look([9, 9, 9], entry, { ...settings, backend: 'wasm', update: 'all' })
    expect(updated.outcome.kind).toBe('updated')
    const both = store(updated, [9, 9, 9])
    expect(look(baseline, both, settings).outcome.kind).toBe('matched')
    expect(look([9, 9, 9], both, { ...settings, backend: 'wasm' }).outcome.kind).toBe('matched')
    expect(look(baseline, both, { ...settings, backend: 'wasm' }).outcome.kind).toBe('mismatch')
  })

  test('without it a baseline of another backend is compared all the same', () => {
    const entry = store(look(baseline), baseline)
    expect(look(baseline, entry, { backend: 'cpu' }).outcome.kind).toBe('matched')
  })
})
