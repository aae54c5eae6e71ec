import { expect, test } from 'vitest'
import { parallelCoordinates } from '../../src/figures/parallel-coordinates.js'

const axes = [
  {
    name: '<rate> & "units"',
    ticks: [
      { share: 0, label: '1e-4' },
      { share: 1, label: '1' },
    ],
  },
  { name: 'x'.repeat(500), ticks: [] },
]
const line = (value: number) => ({ shares: [0.25, 1], value, finished: true, label: '</title><script>' })
const draw = (values: number[], lowerIsBetter = true) =>
  parallelCoordinates({
    title: 'search',
    axes,
    metric: { name: 'loss', lowerIsBetter },
    lines: values.map(line),
  })

test('the same text for the same trials, names escaped and cut', () => {
  const svg = draw([0.1, 0.2])
  expect(draw([0.1, 0.2])).toBe(svg)
  expect(svg).toContain('&#60;rate&#62; &#38; &#34;units&#34;')
  expect(svg).not.toMatch(/<script|x{30}/)
})

test('the better end is on top, and the best is drawn last', () => {
  const paths = [...draw([0.1, 0.9]).matchAll(/<path d="(M[^"]+)" fill="none" (stroke="#\w+")/g)]
  const ends = paths.map(([, path]) => Number(path!.split(' ').at(-1)))
  expect(paths.at(-1)![2]).toContain('#d55e00')
  expect(ends.at(-1)).toBeLessThan(ends[0]!)
  const accuracy = [...draw([0.9, 0.1], false).matchAll(/<path d="(M[^"]+)" fill="none"/g)]
  expect(Number(accuracy.at(-1)![1]!.split(' ').at(-1))).toBeLessThan(
    Number(accuracy[0]![1]!.split(' ').at(-1)),
  )
})

test.each([
  ['none', []],
  ['one', [1]],
  ['equal', [2, 2]],
  ['diverged', [Number.NaN, Infinity]],
  ['some diverged', [1, Number.NaN]],
  ['negative', [-5, 3]],
  ['decades', [1e-5, 1e5]],
])('%s: all coordinates are finite', (_name, values) => {
  expect(draw(values)).not.toMatch(/NaN|Infinity/)
})
