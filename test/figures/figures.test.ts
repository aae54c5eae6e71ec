import { expect, test } from 'vitest'
import { lineChart } from '../../src/figures/line-chart.js'
import { formatNumber, formatPercent } from '../../src/figures/number.js'
import { sparkline } from '../../src/figures/sparkline.js'

test.each([
  [0, '0'],
  [Math.LN10, '2.303'],
  [-0.5, '-0.5'],
  [1234.5678, '1234.57'],
  [20000, '20000'],
  [12345678, '1.23e+7'],
  [0.00001234, '1.23e-5'],
  [1e-7, '1e-7'],
  [1e20, '1e+20'],
  [Number.NaN, 'NaN'],
  [Infinity, 'Infinity'],
])('the number %d is written %s', (value, text) => {
  expect(formatNumber(value)).toBe(text)
})

test.each([
  [0, '0 %'],
  [0.125, '13 %'],
  [0.034, '3.4 %'],
  [1, '100 %'],
  [-0.15, '-15 %'],
])('the share %d is written %s', (share, text) => {
  expect(formatPercent(share)).toBe(text)
})

test.each([
  ['no values', [], ''],
  ['one value', [3], '▁'],
  ['equal values', [2, 2, 2], '▁▁▁'],
  ['a fall', [8, 7, 6, 5, 4, 3, 2, 1], '█▇▆▅▄▃▂▁'],
  ['decades, on a logarithmic scale', [1000, 100, 10, 1], '█▆▃▁'],
  ['values that are not finite', [1, 2, Number.NaN, Infinity], '▁█××'],
  ['nothing finite', [Number.NaN, Number.NaN], '××'],
])('a sparkline of %s', (_name, values, text) => {
  expect(sparkline(values)).toBe(text)
})

test('a long sparkline is shortened, and keeps what is not finite', () => {
  const values = Array.from({ length: 1000 }, (_, i) => 1000 - i)
  expect(sparkline(values)).toHaveLength(40)
  values[999] = Number.NaN
  expect(sparkline(values, 10)).toHaveLength(10)
  expect(sparkline(values, 10).at(-1)).toBe('×')
})

const labels = { title: 'loss <by> "step"', xLabel: 'step', yLabel: 'loss' }

test('a chart is the same text for the same data, with its texts escaped', () => {
  const series = { 'a & b': [3, 2, 1], other: [1, 1, 1] }
  const chart = lineChart(series, labels)
  expect(lineChart(series, labels)).toBe(chart)
  expect(chart).toContain('loss &#60;by&#62; &#34;step&#34;')
  expect(chart).toContain('a &#38; b')
  expect(chart).not.toContain('NaN')
  expect(chart.match(/<path [^>]*stroke-width/g)).toHaveLength(2)
})

test.each<[string, Record<string, number[]>]>([
  ['no series', {}],
  ['no values', { loss: [] }],
  ['one value', { loss: [2] }],
  ['equal values', { loss: [2, 2] }],
  ['a gap', { loss: [1, Number.NaN, 3] }],
  ['nothing finite', { loss: [Number.NaN, Infinity] }],
  ['decades', { loss: [1000, 1, 0.001] }],
  ['100 000 values', { loss: Array.from({ length: 100_000 }, (_, i) => Math.sin(i)) }],
])('a chart of %s has only finite coordinates', (_name, series) => {
  const chart = lineChart(series, labels)
  expect(chart).not.toMatch(/NaN|Infinity|undefined/)
  expect(chart.length).toBeLessThan(30_000)
})
