import { expect, test } from 'vitest'
import { SignProjection } from '../../src/statistics/projection.js'
import { mulberry32 } from '../../src/training/seed.js'

const width = 64

/** Column by column, one coordinate after the other. */
function plain(rows: readonly Float64Array[], seed: number): Float64Array {
  const random = mulberry32(seed)
  const points = new Float64Array(rows.length * width)
  for (let k = 0; k < rows[0]!.length; k++) {
    const signs = Array.from({ length: width }, () => (random() < 0.5 ? -1 : 1))
    rows.forEach((row, i) => {
      for (let p = 0; p < width; p++) points[i * width + p]! += signs[p]! * row[k]!
    })
  }
  return points
}

const randomRows = (count: number, columns: number) => {
  const random = mulberry32(columns)
  return Array.from({ length: count }, () => Float64Array.from({ length: columns }, () => random() - 0.5))
}

test.each([
  [1, 65],
  [2, 512],
  [7, 784],
  [8, 1600],
])('%i rows of %i columns are projected to the last bit', (count, columns) => {
  const rows = randomRows(count, columns)
  const points = new Float64Array(count * width)
  new SignProjection(3, width).add(points, columns, (row, first, into) => {
    into.set(rows[row]!.subarray(first, first + into.length))
  })
  expect(points).toEqual(plain(rows, 3))
})

test('columns may come in several tables', () => {
  const rows = randomRows(5, 700)
  const points = new Float64Array(5 * width)
  const projection = new SignProjection(3, width)
  for (const [start, end] of [
    [0, 40],
    [40, 700],
  ] as const)
    projection.add(points, end - start, (row, first, into) => {
      into.set(rows[row]!.subarray(start + first, start + first + into.length))
    })
  expect(points).toEqual(plain(rows, 3))
})
