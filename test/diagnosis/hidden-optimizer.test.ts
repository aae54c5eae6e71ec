import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkOverfitBatch } from '../../src/checks/index.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import { corners } from '../docs/corners.js'
import { PlainWeights } from '../programs/plain-weights.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

interface Parts {
  optimizer: () => tf.Optimizer
  /** Without it the model is linear. */
  hidden?: boolean
}

/** A training loop that keeps its optimizer to itself. */
class Loop implements Trainable {
  readonly #first: tf.Variable
  readonly #second: tf.Variable
  readonly #optimizer: tf.Optimizer
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
    this.#first = tf.tidy(() => tf.variable(tf.randomNormal([2, 16])))
    this.#second = tf.tidy(() => tf.variable(tf.randomNormal([16, 3], 0, 0.25)))
    this.#optimizer = parts.optimizer()
  }

  predict(xs: Examples['xs']): tf.Tensor {
    return tf.tidy(() => tf.softmax(this.#logits(xs as tf.Tensor2D)))
  }

  loss({ xs, ys }: Examples): tf.Scalar {
    return tf.tidy(() => tf.losses.softmaxCrossEntropy(ys as tf.Tensor, this.#logits(xs as tf.Tensor2D)))
  }

  step(batch: Examples): tf.Scalar {
    return this.#optimizer.minimize(() => this.loss(batch), true, [this.#first, this.#second])!
  }

  weights(): Record<string, tf.Variable> {
    return { first: this.#first, second: this.#second }
  }

  dispose(): void {
    tf.dispose([this.#first, this.#second])
    this.#optimizer.dispose()
  }

  #logits(xs: tf.Tensor2D): tf.Tensor {
    const first = xs.matMul(this.#first)
    return (this.#parts.hidden === false ? first : tf.relu(first)).matMul(this.#second)
  }
}

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
  const { name, evidence, fix } = await causeOf(() => new Loop({ optimizer: () => tf.train.sgd(1e-7) }))
  expect(name).toBe('learning-rate-too-low')
  expect(evidence).toMatch(
    /^Adam at 0\.0+1 on the program's own loss\(\) reached .* its own step\(\) went from/,
  )
  expect(fix).toMatch(/^raise the learning rate of step\(\), or use tf\.train\.adam/)
})

test('a model that is too small is so for Adam, too', async () => {
  const parts = { optimizer: () => tf.train.adam(0.02), hidden: false }
  const { name, evidence } = await causeOf(() => new Loop(parts), square(32))
  expect(name).toBe('too-little-capacity')
  expect(evidence).toContain("neither the program's optimizer nor Adam")
})

test('where Adam cannot be tried, on weights that are no variables, nobody says that it was', async () => {
  const xs = tf.randomNormal([16, 16], 0, 1, 'float32', 5)
  const ys = tf.tidy(() => tf.oneHot(tf.argMax(xs.slice([0, 0], [16, 4]), 1).toInt(), 4).toFloat())
  const { evidence } = await causeOf(() => new PlainWeights({ rate: 1e-7 }), { xs, ys })
  expect(evidence).toContain('no other optimizer could be tried')
})
