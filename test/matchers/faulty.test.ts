import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import {
  type CheckResult,
  checkInitLoss,
  checkOverfitBatch,
  checkZeroInputBaseline,
  InvalidArgumentError,
} from '../../src/checks/index.js'
import { disposeExamples } from '../../src/training/examples.js'
import type { Examples } from '../../src/training/trainable.js'
import { classes } from '../programs/data.js'
import { faultyPrograms } from '../programs/faulty.js'

/** The causes a check names, most likely first; `passed` when it finds nothing. */
async function named(examples: Examples, check: () => Promise<CheckResult>): Promise<string[]> {
  const before = tf.memory().numTensors
  try {
    const { status, causes } = await check()
    return status === 'passed' ? ['passed'] : causes.map(({ name }) => name)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    return [error.causeName ?? error.message]
  } finally {
    expect(tf.memory().numTensors).toBe(before)
    disposeExamples(examples)
  }
}

describe.each(Object.entries(faultyPrograms))(
  '%s',
  (_name, { create, data = classes, initLoss, overfit, baseline, goal }) => {
    const seed = 1

    test.runIf(initLoss)('is named by the initial loss', async () => {
      const on = data(64, seed)
      const causes = await named(on, () => checkInitLoss(create, { on, seed }))
      expect(initLoss, causes.join()).toContain(causes[0])
    })

    test.runIf(overfit)('is named when a batch is overfitted', async () => {
      const batch = data(24, seed)
      const options = { seed, ...(goal !== undefined && { loss: goal }) }
      const causes = await named(batch, () => checkOverfitBatch(create, batch, options))
      expect(overfit, causes.join()).toContain(causes[0])
    })

    test.runIf(baseline)('is named against the input-independent baseline', async () => {
      const train = data(300, seed)
      const causes = await named(train, () => checkZeroInputBaseline(create, train, { seed, steps: 300 }))
      expect(baseline, causes.join()).toContain(causes[0])
    })
  },
)
