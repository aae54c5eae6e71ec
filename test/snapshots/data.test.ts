import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { digits } from '../../fixtures/digits.js'
import { encodePng } from '../../src/images/png.js'
import { dataContent } from '../../src/snapshots/kinds/data.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const look = (examples: Parameters<typeof dataContent>[0], options = {}) => dataContent(examples, 42, options)
const classes = (labels: number[]) => tf.tensor1d(labels, 'int32')

describe('pictures', () => {
  const train = digits('train', 0, 300)

  test('a row for each label, its mean first', async () => {
    const { content } = await expectNoNewTensors(() => look(train))
    expect(content).toMatchObject({ label: 'xs by label', shape: [10, 5, 28, 28, 1] })
    const zeros = Array.from((train.ys as tf.Tensor).dataSync()).flatMap((one, i) =>
      one === 1 && i % 10 === 0 ? [i / 10] : [],
    )
    const pixel = 14 * 28 + 9
    const mean =
      zeros.reduce((sum, i) => sum + (train.xs as tf.Tensor).dataSync()[i * 784 + pixel]!, 0) / zeros.length
    expect(content.values[pixel]).toBeCloseTo(mean, 2)
    expect(content.facts.slice(0, 2)).toEqual(['300 examples', `label 0: ${zeros.length} examples`])
  })

  test('copies, wrong pixels and wrong labels are marked and named', () => {
    const xs = (train.xs as tf.Tensor).dataSync().slice()
    xs.set(xs.subarray(784 * 3, 784 * 4), 784 * 6)
    xs[784 * 20 + 300] = 90
    const { content, measured, drawing } = look({ xs: tf.tensor4d(xs, [300, 28, 28, 1]), ys: train.ys })
    expect(measured).toMatchObject({ outliers: 1, copies: 1 })
    expect(content.facts).toContain('values far outside in 1 example: 20')
    expect(content.facts).toContain('1 group of copies: 3 = 6')
    const { data } = drawing.draw(content.values)
    const has = (color: number[]) =>
      data.some((_, i) => i % 3 === 0 && color.every((channel, k) => data[i + k] === channel))
    // A label that neighbours contradict is the graver reason.
    expect(has([0xff, 0x7f, 0x00]) || has([0xe3, 0x1a, 0x1c])).toBe(true)
    expect(has([0x1f, 0x78, 0xb4])).toBe(true)
  })

  test('the same bytes for the same data', () => {
    const bytes = () => {
      const { content, drawing } = look(train)
      return encodePng(drawing.draw(content.values))
    }
    expect(bytes().equals(bytes())).toBe(true)
  })

  test('large pictures are shrunk to 65,536 numbers at most', () => {
    const xs = tf.randomUniform([12, 200, 150, 3])
    const { content } = look({ xs, ys: classes([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]) })
    expect(content.values.length).toBeLessThanOrEqual(65_536)
    expect(content.shape.slice(0, 2)).toEqual([3, 5])
  })

  test.each([
    ['one example', tf.ones([1, 8, 8, 1]), classes([0])],
    ['a class without examples', tf.randomUniform([6, 8, 8, 1]), tf.oneHot([0, 0, 2, 2, 0, 2], 3).toFloat()],
    ['four channels', tf.randomUniform([6, 5, 5, 4]), classes([0, 1, 0, 1, 0, 1])],
    ['frames', tf.randomUniform([6, 2, 5, 5, 3]), classes([0, 1, 0, 1, 0, 1])],
    ['ids', tf.randomUniform([6, 9], 0, 30, 'int32'), classes([0, 1, 0, 1, 0, 1])],
    [
      'several labels',
      tf.randomUniform([6, 8, 8, 1]),
      tf.tensor2d([
        [1, 1],
        [0, 1],
        [1, 0],
        [0, 0],
        [1, 1],
        [0, 1],
      ]),
    ],
    ['numeric targets', tf.randomUniform([6, 8, 8, 1]), tf.tensor1d([0.1, 5, 2.5, 3.25, 4.5, 2.125])],
    ['a reconstruction', tf.ones([6, 64]), tf.ones([6, 64])],
    [
      'a thousand labels',
      tf.randomUniform([2000, 8, 8, 1]),
      classes(Array.from({ length: 2000 }, (_, i) => i % 1000)),
    ],
  ])('%s', (_name, xs, ys) => {
    const { content, drawing } = look({ xs, ys })
    expect(content.values.every(Number.isFinite)).toBe(true)
    const { width, height } = drawing.draw(content.values)
    expect(width).toBeLessThanOrEqual(1000)
    expect(height).toBeLessThanOrEqual(2000)
  })
})

describe('tables', () => {
  const xs = tf.tensor2d(Array.from({ length: 40 }, (_, i) => [i, i % 2, 5]))

  test('quantiles of each feature and of the targets', () => {
    const { content, drawing } = look({
      xs,
      ys: tf.tensor2d(Array.from({ length: 40 }, (_, i) => [i + 0.5])),
    })
    expect(content).toMatchObject({ label: 'quantiles of xs, ys', shape: [4, 33] })
    expect([content.values[0], content.values[32]]).toEqual([0, 39])
    expect([content.values[66], content.values[98]]).toEqual([5, 5])
    expect(drawing.draw(content.values).width).toBe(4 * 102 + 6)
  })

  test('ten thousand features', () => {
    const { content, drawing } = look({ xs: tf.ones([3, 10_001]), ys: classes([0, 1, 0]) })
    expect(content.shape).toEqual([10_001, 33])
    expect(drawing.draw(content.values).height).toBeLessThan(700)
  })

  test('one of several inputs', () => {
    const both = { xs: { age: tf.ones([3, 1]), photo: tf.ones([3, 8, 8, 1]) }, ys: classes([0, 1, 0]) }
    expect(look(both).content.label).toBe('xs.photo by label')
    expect(look(both, { input: 'age' }).content.label).toBe('quantiles of xs.age')
    expect(() => look(both, { input: 2 })).toThrow('options.input')
  })
})

test.each([{ perLabel: 0 }, { perLabel: 1.5 }, { perLabel: 1e9 }, { scale: 0 }])(
  '%o is refused',
  (options) => {
    expect(() => {
      const { content, drawing } = look(digits('train', 0, 20), options)
      drawing.draw(content.values)
    }).toThrow(Object.keys(options)[0])
  },
)
