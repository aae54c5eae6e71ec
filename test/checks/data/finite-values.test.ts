import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkFiniteValues } from '../../../src/checks/data/finite-values.js'
import type { Examples } from '../../../src/training/trainable.js'
import { classes, quantities, smallDigits, tokens } from '../../programs/data.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'

const withValues = (tensor: tf.Tensor, changes: Array<[at: number, value: number]>) => {
  const values = Float32Array.from(tensor.dataSync())
  for (const [at, value] of changes) values[at] = value
  return tf.tensor(values, tensor.shape)
}
const good = classes(50, 1)
const xs = good.xs as tf.Tensor
const ys = good.ys as tf.Tensor

test.each<[string, Examples]>([
  ['features', good],
  ['pictures', smallDigits(40, 1)],
  ['ids', tokens(40, 1)],
  ['targets', quantities(40, 1)],
  ['several inputs', { xs: { a: xs, b: xs }, ys: [ys, ys] }],
  ['the largest numbers of single precision', { xs: tf.fill([4, 2], 3.4e38), ys: tf.ones([4, 1]) }],
])('%s: pass', async (_name, examples) => {
  const { status, causes } = await expectNoNewTensors(() => checkFiniteValues(examples))
  expect(status).toBe('passed')
  expect(causes).toEqual([])
})

describe('a value that is not finite', () => {
  test('among the inputs is reported with its example and its column', async () => {
    const bad = withValues(xs, [
      [3 * 16 + 5, Number.NaN],
      [7 * 16 + 5, Number.NaN],
      [7 * 16 + 6, Infinity],
    ])
    const result = await expectNoNewTensors(() => checkFiniteValues({ xs: bad, ys }))
    expect(result).toMatchObject({
      status: 'failed',
      measured: { nonFinite: 3, nan: 2, infinite: 1 },
      causes: [{ name: 'non-finite-data' }],
    })
    expect(result.summary).toBe(
      '3 of 1000 values are not finite: xs has 2 NaN and 1 Infinity (examples 3, 7).',
    )
    expect(result.causes[0]!.evidence).toContain('column 5 (2 values), 6 (1 value)')
  })

  test.each<[string, Examples, RegExp]>([
    ['labels', { xs, ys: withValues(ys, [[8, Number.NaN]]) }, /ys has 1 NaN \(example 2\)/],
    [
      'sample weights',
      { xs, ys, sampleWeight: withValues(tf.ones([50]), [[49, -Infinity]]) },
      /sampleWeight has 1 -Infinity \(example 49\)/,
    ],
    [
      'a named input',
      { xs: { good: xs, bad: withValues(xs, [[0, Infinity]]) }, ys },
      /xs\.bad has 1 Infinity \(example 0\)/,
    ],
  ])('among the %s', async (_name, examples, said) => {
    const { status, summary } = await checkFiniteValues(examples)
    expect(status).toBe('failed')
    expect(summary).toMatch(said)
  })

  test('in a whole column: divided by a standard deviation of 0', async () => {
    const column = withValues(
      xs,
      Array.from({ length: 50 }, (_, i) => [16 * i + 2, Number.NaN]),
    )
    const { causes } = await checkFiniteValues({ xs: column, ys })
    expect(causes[0]!.fix).toMatch(/column 2 has no usable value.*standard deviation of 0/)
  })

  test('does not hide that the examples cannot be used', async () => {
    const bad = { xs: withValues(xs, [[0, Number.NaN]]), ys: ys.slice(0, 49) }
    await expectNoNewTensors(() =>
      expect(checkFiniteValues(bad)).rejects.toThrow(/examples\.ys: got 49 examples/),
    )
  })
})
