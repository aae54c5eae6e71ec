import { expect, test } from 'vitest'
import { jitterIndex, rightnessFor } from '../../src/statistics/rightness.js'

const rows = (values: number[], width: number) => ({ values, rows: values.length / width, width })

test.each([
  ['probabilities of one class', [0, 1, 1, 0], [0.2, 0.8, 0.3, 0.7], 2, 2, 'probability', [0.8, 0.3]],
  ['scores of one class go through softmax', [0, 1], [0, Math.log(3)], 2, 1, 'probability', [0.75]],
  ['yes and no', [1, 0], [0.9, 0.2], 1, 2, 'probability', [0.9, 0.8]],
  [
    'scores of yes and no go through sigmoid',
    [1, 0],
    [Math.log(3), Math.log(3)],
    1,
    2,
    'probability',
    [0.75, 0.25],
  ],
  ['several labels, on average', [1, 0, 1], [1, 0.5, 0], 3, 1, 'probability', [0.5]],
  ['steps of a sequence, on average', [1, 0, 0, 1], [1, 0, 1, 0], 2, 1, 'probability', [0.5]],
  ['a number, in standard deviations', [1, 3], [2, 3], 1, 2, 'error', [1, 0]],
  ['several numbers', [1, 2, 3], [1, 2, 6], 3, 1, 'distance', [Math.sqrt(3)]],
] as const)('%s', (_name, labels, predictions, width, examples, measure, expected) => {
  const rightness = rightnessFor(rows([...labels], width), examples)
  expect(rightness.measure).toBe(measure)
  for (const [i, value] of rightness.of(rows([...predictions], width)).entries())
    expect(value).toBeCloseTo(expected[i]!, 5)
})

test.each([
  ['straight', [0, 0.5, 1, 1, 0.5, 0], 3, 0],
  ['to and fro', [0, 1, 0, 0, 1, 0], 3, 1],
  ['there and half of the way back', [0, 1, 0.5], 3, 1 - 0.5 / 1.5],
  ['not at all', [1, 1, 1], 3, 0],
])('predictions that move %s', (_name, series, looks, jitter) => {
  expect(jitterIndex(Float32Array.from(series), looks)).toBeCloseTo(jitter)
})
