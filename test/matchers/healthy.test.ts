import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import type { CheckResult } from '../../src/checks/index.js'
import { checkInitLoss, checkOverfitBatch, checkZeroInputBaseline } from '../../src/checks/index.js'
import { disposeExamples } from '../../src/training/examples.js'
import type { Examples } from '../../src/training/trainable.js'
import { healthyPrograms } from '../programs/healthy.js'

const seeds = (process.env.SEEDS ?? '1,2,3,4,5').split(',').map(Number)

describe.each(Object.entries(healthyPrograms))('%s', (_name, { create, data, batch = 24, train = 400 }) => {
  const on = async (count: number, seed: number, check: (examples: Examples) => Promise<CheckResult>) => {
    const examples = data(count, seed)
    const before = tf.memory().numTensors
    const result = await check(examples)
    expect(tf.memory().numTensors).toBe(before)
    disposeExamples(examples)
    expect(result, JSON.stringify({ summary: result.summary, causes: result.causes })).toMatchObject({
      status: 'passed',
    })
  }

  test.each(seeds)('has the expected loss at initialisation, seed %i', (seed) =>
    on(128, seed, (examples) => checkInitLoss(create, { on: examples, seed })),
  )

  test.each(seeds)('overfits a batch, seed %i', (seed) =>
    on(batch, seed, (examples) => checkOverfitBatch(create, examples, { seed })),
  )

  test.each(seeds.slice(0, 2))('beats the input-independent baseline, seed %i', (seed) =>
    on(train, seed, (examples) => checkZeroInputBaseline(create, examples, { seed })),
  )
})
