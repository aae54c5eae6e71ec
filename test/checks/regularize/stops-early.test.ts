import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkStopsEarly } from '../../../src/checks/regularize/stops-early.js'
import { sliceExamples } from '../../../src/training/examples.js'
import type { Examples } from '../../../src/training/trainable.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { perceptron, train, validation } from '../moon-programs.js'

/** The first examples, every nth of them with the wrong label: whoever learns them by heart is worse on others. */
function mislabelled(count: number, nth: number): Examples {
  const { xs, ys } = sliceExamples(train, 0, count)
  const flip = tf.tensor2d(Array.from({ length: count }, (_, i) => [i % nth === 0 ? 1 : 0]))
  return { xs, ys: tf.abs(tf.sub(ys as tf.Tensor, flip)) }
}

const few = sliceExamples(train, 0, 50)
const noisy = mislabelled(50, 5)
const noisier = mislabelled(30, 3)
const memorizes = perceptron({ units: 64, hidden: 2, optimizer: () => tf.train.adam(0.01) })
const looks = { steps: 150, every: 5, patience: 8 }

test('a program that overfits is stopped at its lowest validation loss', async () => {
  const result = await expectNoNewTensors(() =>
    checkStopsEarly(memorizes, { train: noisy, validation, ...looks }),
  )
  expect(result).toMatchObject({ status: 'passed', stage: 'regularize', causes: [] })
  expect(result.measured.kept).toBeGreaterThan(0)
  expect(result.measured.stopped).toBeLessThan(150)
  expect(result.measured.last).toBeGreaterThan(result.measured.loss!)
  expect(result.summary).toMatch(
    /^It stops at step \d+ of 150 and keeps validation loss [\d.]+ at step \d+; training on to step 150 ends [\d.]+ % higher\.$/,
  )
})

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
    steps: 120,
    every: 1,
    patience: 1,
    batchSize: 4,
  })
  expect(result.status).toBe('failed')
  expect(result.summary).toMatch(/but training on finds [\d.]+ at step \d+: \d+ % lower\.$/)
  expect(result.causes[0]!.fix).toMatch(/^patience \d+ instead of 1/)
})

const flipped = { xs: validation.xs, ys: tf.sub(1, validation.ys as tf.Tensor) }
const shuffledApart = { xs: validation.xs, ys: tf.reverse(validation.ys as tf.Tensor, 0) }
const uphill = () => tf.train.sgd(-0.1)

test.each([
  [
    'validation labels the other way round',
    perceptron(),
    { validation: flipped },
    'label-map-mismatch',
    '0 → 1, 1 → 0',
  ],
  [
    'a learning rate of 0',
    perceptron({ optimizer: () => tf.train.sgd(0) }),
    {},
    'weights-not-updated',
    '11 looks',
  ],
  [
    'inputs and labels shuffled apart',
    perceptron({ units: 64, hidden: 2, optimizer: () => tf.train.adam(0.03) }),
    { validation: shuffledApart, train: few },
    'labels-independent-of-inputs',
    'does not hold for validation examples',
  ],
  ['the wrong sign', perceptron({ optimizer: uphill }), {}, 'gradient-sign', 'hundredth'],
  [
    'far too high a rate',
    perceptron({ optimizer: () => tf.train.adam(100) }),
    {},
    'learning-rate-too-high',
    'training loss goes from',
  ],
  [
    'a first look that is too late',
    perceptron({ units: 64, hidden: 2, optimizer: () => tf.train.adam(0.03) }),
    { train: noisier, every: 40, steps: 120, patience: 2 },
    'under-regularized',
    'up again at step 40',
  ],
] as const)('%s: validation loss never falls', async (_name, create, settings, cause, evidence) => {
  const result = await expectNoNewTensors(() =>
    checkStopsEarly(create, { train, validation, steps: 100, every: 10, ...settings }),
  )
  expect(result.status).toBe('failed')
  expect(result.summary).toMatch(/^Training never lowers the validation loss: it is [\d.]+ before/)
  expect(result.causes).toMatchObject([{ name: cause, evidence: expect.stringContaining(evidence) }])
})

test('a run that diverges before it is stopped', async () => {
  const diverges = perceptron({ optimizer: () => tf.train.sgd(1e30) })
  const result = await checkStopsEarly(diverges, { train, validation, steps: 100, every: 10 })
  expect(result.summary).toMatch(/^The loss is not finite at step \d+;/)
  expect(result.causes).toMatchObject([{ name: 'diverging-loss' }])
})

test('a recipe brings its data, patience, steps and schedule: one that ends the run by itself, one that does not', async () => {
  const recipe = {
    create: memorizes,
    train: noisy,
    validation,
    steps: 150,
    earlyStopping: { patience: 8, every: 5 },
  }
  const ended = await checkStopsEarly({ ...recipe, steps: 80, schedule: (step) => (step < 20 ? 0.01 : 0) })
  expect(ended.summary).toMatch(/because the learning rate is gone, not because it overfits/)
  expect(ended.causes).toMatchObject([
    { name: 'schedule-decays-early', evidence: expect.stringContaining('from step 20 on') },
  ])
  const slower = await checkStopsEarly({ ...recipe, schedule: (step) => (step < 100 ? 0.01 : 0.001) })
  expect(slower.status).toBe('passed')
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
