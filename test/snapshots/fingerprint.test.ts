import { describe, expect, test } from 'vitest'
import { parseEntry, renderEntry } from '../../src/snapshots/entry.js'
import { fingerprintOf } from '../../src/snapshots/fingerprint.js'
import { weightContent } from '../../src/snapshots/kinds/weights.js'

const weights = (shape: number[], values: number[]) =>
  weightContent({ label: 'layer 0 Conv2D kernel', shape, values: Float32Array.from(values) })
const words = { numbers: 'weights', part: 'filter' }

test('statistics over all weights and for each filter', () => {
  expect(fingerprintOf(weights([2, 1, 1, 2], [3, 0, -4, 2]))).toEqual({
    label: 'layer 0 Conv2D kernel',
    shape: [2, 1, 1, 2],
    zeros: 1,
    min: -4,
    max: 3,
    mean: 0.25,
    std: 2.68095,
    parts: [
      { first: 0, last: 0, norm: 5, mean: -0.5, min: -4, max: 3 },
      { first: 1, last: 1, norm: 2, mean: 1, min: 0, max: 2 },
    ],
    exact: expect.stringMatching(/^[\da-f]{8}$/),
    facts: [],
  })
})

test('more than 64 filters are grouped, and all of them count', () => {
  const { parts } = fingerprintOf(
    weights(
      [1, 130],
      Array.from({ length: 130 }, (_, i) => i),
    ),
  )
  expect(parts).toHaveLength(44)
  expect(parts[0]).toMatchObject({ first: 0, last: 2, min: 0, max: 2 })
  expect(parts.at(-1)).toMatchObject({ first: 129, last: 129, max: 129 })
})

test('the checksum sees the last bit and the shape', () => {
  const base = fingerprintOf(weights([2, 1], [1, 2])).exact
  expect(fingerprintOf(weights([2, 1], [1, 2.0000002])).exact).not.toBe(base)
  expect(fingerprintOf(weights([1, 2], [1, 2])).exact).not.toBe(base)
})

test('above 65,536 weights there is none: the picture does not carry them', () => {
  expect(fingerprintOf(weights([65_537, 1], Array(65_537).fill(0))).exact).toBeUndefined()
})

describe('the entry in the .snap file', () => {
  const baseline = (backend: string, shape = [2, 2]) => ({
    picture: `权重.${backend}.png`,
    backend,
    fingerprint: fingerprintOf(weights(shape, [1e-9, -123456.789, 0, 0.1])),
  })

  test.each([[['tensorflow']], [['tensorflow', 'wasm']]])('is read as it was written: %j', (backends) => {
    const baselines = backends.map((backend) => baseline(backend))
    expect(parseEntry(renderEntry(baselines, words), words)).toEqual(baselines)
  })

  test('of grouped filters and of shapes without axes', () => {
    const grouped = {
      ...baseline('cpu'),
      fingerprint: fingerprintOf(weights([1, 130], Array(130).fill(0.5))),
    }
    const scalar = { ...baseline('cpu'), fingerprint: fingerprintOf(weights([], [0.5])) }
    expect(parseEntry(renderEntry([grouped], words), words)).toEqual([grouped])
    expect(parseEntry(renderEntry([scalar], words), words)).toEqual([scalar])
  })

  test.each([
    ['empty', ''],
    ['of another matcher', '"a string"'],
    ['with a conflict marker', renderEntry([baseline('cpu')], words).replace('min ', '<<<<<<< HEAD\nm ')],
    ['with a number that is none', renderEntry([baseline('cpu')], words).replace(/norm [\d.]+/, 'norm x')],
    ['without its picture', renderEntry([baseline('cpu')], words).replace(/picture: .*\n/, '')],
  ])('%s is not one of ours', (_, entry) => {
    expect(parseEntry(entry, words)).toBeUndefined()
  })
})
