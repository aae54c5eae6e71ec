import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkOverfitBatch } from '../../src/checks/index.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import { corners } from '../docs/corners.js'
import { HiddenLoop } from '../programs/hidden-loop.js'
import { PlainWeights } from '../programs/plain-weights.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

/** Opposite corners of a square have one label: no line parts them. */
function square(count: number): Examples {
  const points = Array.from({ length: count }, (_, i) => [i & 1 ? 1 : -1, i & 2 ? 1 : -1])
  const xs = tf.tidy(() => tf.add(tf.tensor2d(points), tf.randomNormal([count, 2], 0, 0.1, 'float32', 3)))
  const labels = points.map(([x, y]) => (x === y ? 0 : 1))
  return { xs, ys: tf.tidy(() => tf.oneHot(labels, 3).toFloat()) }
}

const causeOf = async (create: () => Trainable, batch: Examples = corners(12)) =>
  (await expectNoNewTensors(() => checkOverfitBatch(create, batch))).causes[0]!

test('a learning rate that is far too low is named by what Adam does on its loss', async () => {
  const { name, evidence, fix } = await causeOf(() => new HiddenLoop({ optimizer: () => tf.train.sgd(1e-7) }))
  expect(name).toBe('learning-rate-too-low')
  expect(evidence).toMatch(
    /^Adam at 0\.0+1 on the program's own loss\(\) reached .* its own step\(\) went from/,
  )
  expect(fix).toMatch(/^raise the learning rate of step\(\), or use tf\.train\.adam/)
})

test('one that is far too high, too', async () => {
  const { name, evidence } = await causeOf(() => new HiddenLoop({ optimizer: () => tf.train.sgd(300) }))
  expect(name).toBe('learning-rate-too-high')
  expect(evidence).toContain("on the program's own loss() reached")
})

test('… also where it has killed all units, and the loss ends lower than it began', async () => {
  const labels = Array.from({ length: 24 }, (_, i) => i % 3)
  const batch = {
    xs: tf.randomUniform([24, 50], 0, 1, 'float32', 5),
    ys: tf.tidy(() => tf.oneHot(labels, 3).toFloat()),
  }
  const create = () => new HiddenLoop({ inputs: 50, optimizer: () => tf.train.adam(100) })
  const { curves, causes } = await checkOverfitBatch(create, batch)
  expect(curves!.loss!.at(-1)).toBeLessThan(curves!.loss![0]!)
  expect(causes[0]!.name).toBe('learning-rate-too-high')
})

test.each([
  ['SGD', () => tf.train.sgd(0.05)],
  ['Adam', () => tf.train.adam(0.02)],
])('%s uphill is told from a rate that is too high', async (_, optimizer) => {
  const { name, evidence } = await causeOf(() => new HiddenLoop({ optimizer, uphill: true }))
  expect(name).toBe('gradient-sign')
  expect(evidence).toContain('along the gradient of loss()')
})

test('a model that is too small is so for Adam, too', async () => {
  const parts = { optimizer: () => tf.train.adam(0.02), linear: true }
  const { name, evidence } = await causeOf(() => new HiddenLoop(parts), square(32))
  expect(name).toBe('too-little-capacity')
  expect(evidence).toContain("neither the program's optimizer nor Adam")
})

test('where Adam cannot be tried, on weights that are no variables, nobody says that it was', async () => {
  const xs = tf.randomNormal([16, 16], 0, 1, 'float32', 5)
  const ys = tf.tidy(() => tf.oneHot(tf.argMax(xs.slice([0, 0], [16, 4]), 1).toInt(), 4).toFloat())
  const { evidence } = await causeOf(() => new PlainWeights({ rate: 1e-7 }), { xs, ys })
  expect(evidence).toContain('no other optimizer could be tried')
})
