import { expect, test } from 'vitest'
import { concordanceOf } from '../../src/statistics/concordance.js'
import { mulberry32 } from '../../src/training/seed.js'

const column = (...values: number[]) => ({ values, rows: values.length, width: 1 })

test('is 1 through any increasing link, and -1 in reverse', () => {
  const labels = column(0, 1, 2, 5, 9)
  expect(concordanceOf(labels, column(-3, 0, 0.7, 1.6, 2.2))?.order).toBe(1)
  expect(concordanceOf(labels, column(3, 0, -0.7, -1.6, -2.2))?.order).toBe(-1)
})

test('is 2 AUC - 1 for two classes', () => {
  // Of the four pairs three are in order: AUC 0.75.
  expect(concordanceOf(column(0, 0, 1, 1), column(0.1, 0.6, 0.5, 0.9))?.order).toBe(0.5)
})

test('equal predictions count for neither side', () => {
  expect(concordanceOf(column(0, 1, 1), column(2, 2, 2))?.order).toBe(0)
})

test('unrelated numbers seldom seem related', () => {
  const random = mulberry32(5)
  const draw = (levels: number) => column(...Array.from({ length: 60 }, () => Math.floor(random() * levels)))
  const certainties = Array.from({ length: 1000 }, () => concordanceOf(draw(3), draw(1000))!.certainty)
  // Two-sided 5 % and 0.3 % of a normal law.
  expect(certainties.filter((value) => Math.abs(value) > 1.96).length).toBeGreaterThan(25)
  expect(certainties.filter((value) => Math.abs(value) > 1.96).length).toBeLessThan(80)
  expect(certainties.filter((value) => Math.abs(value) > 3).length).toBeLessThan(10)
})

test('nothing where all labels are equal or shapes differ', () => {
  expect(concordanceOf(column(1, 1), column(0, 1))).toBeUndefined()
  expect(concordanceOf(column(1, 0), { values: [1, 2, 3, 4], rows: 2, width: 2 })).toBeUndefined()
})
