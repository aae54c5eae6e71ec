import * as tf from '@tensorflow/tfjs'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { CheckResult } from '../../../src/checks/index.js'
import { checkCausal } from '../../../src/checks/skeleton/causal.js'
import { checkEvaluatesConsistently } from '../../../src/checks/skeleton/evaluates-consistently.js'
import { checkExamplesIndependent } from '../../../src/checks/skeleton/examples-independent.js'
import { checkUsesEveryInput } from '../../../src/checks/skeleton/uses-every-input.js'
import { disposeExamples } from '../../../src/training/examples.js'
import { LayersView } from '../../../src/training/layers-view.js'
import { classes, integers, normals } from '../../programs/data.js'
import { Apply, faultyPrograms } from '../../programs/faulty.js'
import { classifier, compiled } from '../../programs/healthy.js'

/** How often a check runs the graph forwards (on the way to a gradient, too), and how often back. */
async function executionsOf(check: () => Promise<CheckResult>) {
  const predict = vi.spyOn(LayersView.prototype, 'predict')
  const gradients = vi.spyOn(tf.engine(), 'gradients')
  onTestFinished(() => {
    predict.mockRestore()
    gradients.mockRestore()
  })
  const { status } = await check()
  return { status, forwards: predict.mock.calls.length, backwards: gradients.mock.calls.length }
}

const sequences = (examples: number, steps: number) => ({
  xs: tf.tensor3d(normals(examples * steps * 2, 1), [examples, steps, 2]),
  ys: tf.tensor3d(normals(examples * steps, 2), [examples, steps, 1]),
})
const onSteps = (steps: number, layer: tf.layers.Layer) =>
  compiled([Object.assign(layer, { batchInputShape: [null, steps, 2] }), tf.layers.dense({ units: 1 })], {
    loss: 'meanSquaredError',
  })
const recurrent = (steps: number) => () => onSteps(steps, tf.layers.gru({ units: 4, returnSequences: true }))

test.each([
  [16, 8, 10],
  [64, 8, 4],
  [16, 25, 26],
])('causal: %i examples of %i steps take %i predictions', async (examples, steps, forwards) => {
  const batch = sequences(examples, steps)
  expect(await executionsOf(() => checkCausal(recurrent(steps), batch))).toEqual({
    status: 'passed',
    forwards,
    backwards: 0,
  })
  disposeExamples(batch)
})

test('causal: a leak costs a prediction a step, those that find its source, and one gradient', async () => {
  const batch = sequences(16, 8)
  const bidirectional = () =>
    onSteps(
      8,
      tf.layers.bidirectional({
        layer: tf.layers.gru({ units: 4, returnSequences: true }) as tf.RNN,
        mergeMode: 'concat',
      }),
    )
  const { status, forwards, backwards } = await executionsOf(() => checkCausal(bidirectional, batch))
  expect(status).toBe('failed')
  expect(forwards).toBeLessThanOrEqual(1 + 1 + 7 + 7 + 1)
  expect(backwards).toBe(1)
  disposeExamples(batch)
})

test('causal: examples mixed at the same step are another fault', async () => {
  const batch = sequences(16, 8)
  const centred = () => onSteps(8, new Apply((x) => tf.sub(x, tf.mean(x, 0, true))))
  const { status, forwards } = await executionsOf(() => checkCausal(centred, batch))
  expect(status).toBe('passed')
  // Each step by itself, with both sets of weights.
  expect(forwards).toBe(2 * (1 + 1 + 7))
  disposeExamples(batch)
})

test('examples-independent: three predictions and one gradient for each of two sets of weights', async () => {
  const batch = classes(16, 1)
  expect(await executionsOf(() => checkExamplesIndependent(classifier, batch))).toEqual({
    status: 'passed',
    forwards: 2 + 3 + 1 + 1 + 3 + 1,
    backwards: 2,
  })
  disposeExamples(batch)
})

test('uses-every-input: ids, which have no gradient, take a few predictions', async () => {
  const batch = {
    xs: tf.tensor2d(integers(24 * 20, 30, 1), [24, 20], 'int32'),
    ys: tf.tensor2d(normals(24, 2), [24, 1]),
  }
  const create = () =>
    compiled(
      [
        tf.layers.embedding({ inputDim: 30, outputDim: 4, inputLength: 20 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 1 }),
      ],
      { loss: 'meanSquaredError' },
    )
  const { status, forwards } = await executionsOf(() => checkUsesEveryInput(create, batch))
  expect(status).toBe('passed')
  // As they are, with all replaced, and twice with another position replaced in each second example.
  expect(forwards).toBe(4)
  disposeExamples(batch)
})

test('uses-every-input: a head of zeros hides all parts at once', async () => {
  const batch = classes(24, 1)
  const { create } = faultyPrograms['kernels of zeros']!
  const { status, forwards } = await executionsOf(() => checkUsesEveryInput(create, batch))
  expect(status).toBe('passed')
  expect(forwards).toBeLessThanOrEqual(4)
  disposeExamples(batch)
})

test('evaluates-consistently: predictions for the whole are made twice, no more', async () => {
  const batch = classes(24, 1)
  const { status, forwards } = await executionsOf(() => checkEvaluatesConsistently(classifier, batch))
  expect(status).toBe('passed')
  // Six losses of all or of parts, two predictions for all and one for a half, and the loss with other labels.
  expect(forwards).toBe(10)
  disposeExamples(batch)
})
