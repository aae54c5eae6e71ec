import { expect, test } from 'vitest'
import { exchangedClasses, listMoved } from '../../src/statistics/exchanged-classes.js'
import type { LossKind, Rows } from '../../src/statistics/losses.js'
import { mulberry32 } from '../../src/training/seed.js'

interface Guesses {
  rows: number
  classes: number
  accuracy: number
  /** Number that the predictions give a class. */
  named?: (k: number) => number
  seed?: number
}

/** One-hot labels, and predictions that are right with the given chance, else any class. */
function guess({ rows, classes, accuracy, named = (k) => k, seed = 1 }: Guesses) {
  const random = mulberry32(seed)
  const any = () => Math.floor(random() * classes)
  const labels: Rows = { values: new Float32Array(rows * classes), rows, width: classes }
  const predictions: Rows = { values: new Float32Array(rows * classes), rows, width: classes }
  for (let row = 0; row < rows; row++) {
    const label = any()
    const chosen = named(random() < accuracy ? label : any())
    ;(labels.values as Float32Array)[row * classes + label] = 1
    ;(predictions.values as Float32Array)[row * classes + chosen] = 1
  }
  return { loss: describe('categoricalCrossentropy'), labels, predictions }
}

const describe = (kind: LossKind) => ({ kind, sparse: false, reduction: 'mean' }) as const

test.each([
  ['two of ten', (k: number) => (k === 2 ? 5 : k === 5 ? 2 : k), '2 → 5, 5 → 2'],
  ['all of ten', (k: number) => (k + 1) % 10, '0 → 9, 1 → 0, 2 → 1, 3 → 2, 4 → 3 …'],
])('%s exchanged', (_name, named, moved) => {
  const found = exchangedClasses(guess({ rows: 400, classes: 10, accuracy: 0.8, named }))
  expect(listMoved(found!)).toBe(moved)
  expect(found!.exchanged).toBeGreaterThan(0.7 * found!.rows)
})

test('a single yes or no the other way round', () => {
  const values = Float32Array.from({ length: 60 }, (_, i) => i % 2)
  const opposite = Float32Array.from(values, (value) => 1 - value)
  const [labels, predictions] = [values, opposite].map((of) => ({ values: of, rows: 60, width: 1 }))
  const output = { labels: labels!, predictions: predictions! }
  expect(exchangedClasses({ ...output, loss: describe('binaryCrossentropy') })).toMatchObject({
    moved: [
      [0, 1],
      [1, 0],
    ],
    asGiven: 0,
    exchanged: 60,
  })
  expect(exchangedClasses({ ...output, loss: describe('meanSquaredError') })).toBeUndefined()
})

test.each([0, 0.1, 0.3, 0.9])('nothing in 300 programs with accuracy %d', (accuracy) => {
  for (let seed = 1; seed <= 100; seed++)
    for (const classes of [2, 3, 10])
      expect(exchangedClasses(guess({ rows: 200, classes, accuracy, seed }))).toBeUndefined()
})

test('nothing in a program that says the same always, though the other class is the rule', () => {
  const values = Float32Array.from({ length: 200 }, (_, i) => (i % 10 === 0 ? 0 : 1))
  const labels = { values, rows: 200, width: 1 }
  const predictions = { values: new Float32Array(200), rows: 200, width: 1 }
  expect(exchangedClasses({ loss: describe('binaryCrossentropy'), labels, predictions })).toBeUndefined()
})
