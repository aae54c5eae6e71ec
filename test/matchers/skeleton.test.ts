import { stripVTControlCharacters } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { type CapacityOptions, checkCapacity } from '../../src/checks/index.js'
import type { Examples } from '../../src/training/trainable.js'
import { classes } from '../programs/data.js'
import { classifier, compiled, HandWrittenClassifier } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { bytesOf } from '../training/weight-bytes.js'

const { dense } = tf.layers
const batch = classes(24, 1)
const train = classes(300, 2)
const slow = () => classifier({ optimizer: () => tf.train.sgd(1e-7) })
const messageOf = (assertion: Promise<void>): Promise<string> =>
  assertion.then(
    () => 'passed',
    (error: Error) => stripVTControlCharacters(error.message),
  )

const wide = (units: number) =>
  compiled([
    dense({ inputShape: [16], units, activation: 'tanh' }),
    dense({ units: 4, activation: 'softmax' }),
  ])
const capacities = { capacities: [1, 4, 32], steps: 80 }

describe('a healthy program', () => {
  test('passes all four', async () => {
    await expectNoNewTensors(async () => {
      await expect(classifier).toHaveInitLossNear(Math.log(4), { on: batch })
      await expect(classifier).toHaveInitLossNear({ on: batch })
      await expect(classifier).toOverfitBatch(batch)
      await expect(classifier).toBeatZeroInputBaseline(train)
      await expect(wide).toDecreaseLossWithCapacity(train, capacities)
    })
  })

  test('written by hand passes all four', async () => {
    const create = () => new HandWrittenClassifier(16, 4)
    await expectNoNewTensors(async () => {
      await expect(create).toHaveInitLossNear(Math.log(4), { on: batch })
      await expect(create).toOverfitBatch(batch)
      await expect(create).toBeatZeroInputBaseline(train, { validation: batch })
      await expect((hidden: number) => new HandWrittenClassifier(16, 4, hidden)).toDecreaseLossWithCapacity(
        train,
        capacities,
      )
    })
  })

  test('that is a live model is left as it was', async () => {
    const model = classifier()
    const weights = bytesOf(model.getWeights())
    const { optimizer } = model
    await expectNoNewTensors(async () => {
      await expect(model).toHaveInitLossNear({ on: batch })
      await expect(model).toOverfitBatch(batch)
      await expect(model).toBeatZeroInputBaseline(train)
      await expect(expect(model).not.toOverfitBatch(batch)).rejects.toThrow()
    })
    expect(bytesOf(model.getWeights())).toEqual(weights)
    expect(model.optimizer).toBe(optimizer)
    expect(optimizer.iterations).toBe(0)
  })

  test('fails under .not, with the numbers', async () => {
    expect(await messageOf(expect(classifier).not.toOverfitBatch(batch))).toMatch(
      /not\.toOverfitBatch\(\)[\s\S]*Expected this check to fail, but it passed\. Overfitted a batch of 24 in \d+ steps: loss [\d.e-]+, accuracy 100 %\./,
    )
  })
})

describe('a failure', () => {
  test('says what was measured, what was expected, why and what to try', async () => {
    const message = await messageOf(expect(slow).toOverfitBatch(batch))
    expect(message).toContain('A batch of 24 was not overfitted: after')
    expect(message).toMatch(/measured {2}loss [\d.]+ · bestLoss/)
    expect(message).toMatch(/expected {2}loss ≤ 0\.0\d+ · accuracy ≥ 100 %/)
    expect(message).toMatch(/loss {6}[▁▂▃▄▅▆▇█]+ {2}[\d.]+ → [\d.]+ in \d+ steps/)
    expect(message).toMatch(/Likely cause: learning-rate-too-low\n {2}why {2}.+\n {2}try {2}.+/)
    expect(message).toMatch(/overfit-batch · (\w+ · )?seed 42 · \d+\.\d s/)
  })

  test('passes under .not', async () => {
    await expectNoNewTensors(async () => {
      await expect(slow).not.toOverfitBatch(batch, { steps: 20 })
      await expect(classifier).not.toHaveInitLossNear(Math.log(100), { on: batch })
      await expect(slow).not.toBeatZeroInputBaseline(train, { steps: 50 })
      await expect(() => wide(4)).not.toDecreaseLossWithCapacity(train, { capacities: [1, 2], steps: 5 })
    })
  })

  test('travels to reporters as JSON, in the meta data of its test', async ({ task }) => {
    const diverges = () => classifier({ optimizer: () => tf.train.sgd(1e30) })
    await expect(diverges).not.toOverfitBatch(batch, { steps: 30 })
    const [result] = task.meta.recipe!.results!
    expect(result).toMatchObject({ check: 'overfit-batch', stage: 'skeleton', status: 'failed', seed: 42 })
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
    expect(result!.curves!.loss!.values.length).toBeLessThanOrEqual(120)
    expect(task.meta.recipe!.backend!.name).toBe(tf.getBackend())
  })

  test('does not take longer than the time of its test', { timeout: 3000 }, async () => {
    const endless = () => wide(4000)
    const message = await messageOf(
      expect(endless).toBeatZeroInputBaseline(train, { steps: 1e6, margin: 0.999 }),
    )
    expect(message).toMatch(/Stopped before the test's time ran out, at step \d+ of 1000000/)
  })
})

test('results repeat, bit for bit, whatever was drawn before', async () => {
  const withDropout = () =>
    compiled([
      dense({ inputShape: [16], units: 32, activation: 'relu' }),
      tf.layers.dropout({ rate: 0.5 }),
      dense({ units: 4, activation: 'softmax' }),
    ])
  const curves = async () => {
    const { curves } = await checkCapacity(withDropout, train, { capacities: [1, 2], steps: 20 })
    return curves
  }
  const first = await curves()
  Math.random()
  expect(await curves()).toEqual(first)
})

describe('capacity', () => {
  const recompiled = (model: tf.LayersModel, rate: number) => {
    const { optimizer } = model
    optimizer.dispose()
    model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy' })
    return model
  }

  const cases: Array<
    [string, (units: number) => tf.LayersModel, Partial<CapacityOptions<number>>, Examples, string]
  > = [
    ['the factory ignores', () => wide(8), {}, train, 'too-little-capacity'],
    ['given largest first', wide, { capacities: [32, 4, 1] }, train, 'too-little-capacity'],
    ['with a learning rate of 0', (units) => recompiled(wide(units), 0), {}, train, 'learning-rate-too-low'],
    [
      'with a learning rate of 1e30',
      (units) => recompiled(wide(units), 1e30),
      {},
      train,
      'learning-rate-too-high',
    ],
  ]
  test.each(cases)('%s: is named', async (_name, create, options, examples, cause) => {
    const { status, causes, summary } = await expectNoNewTensors(() =>
      checkCapacity(create, examples, { ...capacities, ...options }),
    )
    expect(status).toBe('failed')
    expect(
      causes.map(({ name }) => name),
      summary,
    ).toContain(cause)
  })

  test.each([1, 2, 3])('of a healthy family passes, seed %i', async (seed) => {
    const { status, summary } = await checkCapacity(wide, train, { ...capacities, seed })
    expect(status, summary).toBe('passed')
  })

  test('may be anything', async () => {
    const sizes = { small: 1, large: 32 }
    const create = (size: keyof typeof sizes) => wide(sizes[size])
    const { status, measured } = await checkCapacity(create, train, {
      capacities: ['small', 'large'] as const,
      steps: 80,
    })
    expect(status).toBe('passed')
    expect(measured['loss at small']).toBeGreaterThan(measured['loss at large']!)
  })
})
