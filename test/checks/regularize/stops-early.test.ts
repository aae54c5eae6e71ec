import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkStopsEarly } from '../../../src/checks/regularize/stops-early.js'
import { sliceExamples } from '../../../src/training/examples.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { perceptron, train, validation } from '../moon-programs.js'

/** Few examples, a third of them with the wrong label: whoever learns them by heart is worse on others. */
const few = sliceExamples(train, 0, 30)
const noisy = {
  xs: few.xs,
  ys: tf.tidy(() => {
    const flip = tf.tensor2d(Array.from({ length: 30 }, (_, i) => [i % 3 === 0 ? 1 : 0]))
    return tf.keep(tf.abs(tf.sub(few.ys as tf.Tensor, flip)))
  }),
}
const memorizes = perceptron({ units: 64, hidden: 2, optimizer: () => tf.train.adam(0.03) })

test.each([1, 2, 3])(
  'a program that overfits is stopped at its lowest validation loss (seed %i)',
  async (seed) => {
    const result = await expectNoNewTensors(() =>
      checkStopsEarly(memorizes, { train: noisy, validation, steps: 200, every: 10, patience: 5, seed }),
    )
    expect(result).toMatchObject({ status: 'passed', stage: 'regularize', causes: [] })
    expect(result.measured.stopped).toBeLessThan(200)
    expect(result.measured.last).toBeGreaterThan(result.measured.loss!)
    expect(result.summary).toMatch(
      /^It stops at step \d+ of 200 and keeps validation loss [\d.]+ at step \d+; training on to step 200 ends \d+ % higher\.$/,
    )
  },
)

test('a run that is over before it could stop', async () => {
  const result = await checkStopsEarly(perceptron({ optimizer: () => tf.train.sgd(0.05) }), {
    train,
    validation,
    steps: 100,
    every: 20,
    patience: 3,
  })
  expect(result.status).toBe('failed')
  expect(result.summary).toMatch(/^It never stops:/)
  expect(result.causes).toMatchObject([
    { name: 'stopped-too-early', fix: expect.stringContaining('longer than 100') },
  ])
})

test('patience that noise uses up', async () => {
  const result = await checkStopsEarly(perceptron({ optimizer: () => tf.train.adam(0.03) }), {
    train,
    validation,
    steps: 200,
    every: 1,
    patience: 1,
    batchSize: 4,
  })
  expect(result.status).toBe('failed')
  expect(result.summary).toMatch(/but training on finds [\d.]+ at step \d+: \d+ % lower\.$/)
  expect(result.causes[0]!.fix).toMatch(/^patience \d+ instead of 1/)
})

test('a recipe brings its data, patience and steps', async () => {
  const result = await checkStopsEarly({
    create: memorizes,
    train: noisy,
    validation,
    steps: 120,
    earlyStopping: { patience: 5, every: 10 },
  })
  expect(result.status).toBe('passed')
})

test.each([{ patience: 0 }, { every: 0.5 }, { steps: 60 }, { margin: -1 }])(
  '%o is refused',
  async (options) => {
    await expect(checkStopsEarly(perceptron(), { train, validation, ...options })).rejects.toThrow(
      `options.${Object.keys(options)[0]}`,
    )
  },
)

test('without validation examples', async () => {
  await expect(checkStopsEarly(perceptron(), { train })).rejects.toThrow('options.validation')
})
