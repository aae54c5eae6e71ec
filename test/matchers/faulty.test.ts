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

const seed = 1
const faults = Object.entries(faultyPrograms).map(([name, fault]) => ({ name, data: classes, ...fault }))
const namedBy = (check: 'initLoss' | 'overfit' | 'baseline') =>
  faults.flatMap((fault) => (fault[check] ? [{ ...fault, wanted: fault[check] }] : []))

describe('the initial loss names', () => {
  test.each(namedBy('initLoss'))('$name', async ({ create, data, wanted }) => {
    const on = data(64, seed)
    const causes = await named(on, () => checkInitLoss(create, { on, seed }))
    expect(wanted, causes.join()).toContain(causes[0])
  })
})

describe('overfitting a batch names', () => {
  test.each(namedBy('overfit'))('$name', async ({ create, data, wanted, goal }) => {
    const batch = data(24, seed)
    const options = { seed, ...(goal !== undefined && { loss: goal }) }
    const causes = await named(batch, () => checkOverfitBatch(create, batch, options))
    expect(wanted, causes.join()).toContain(causes[0])
  })
})

describe('the input-independent baseline names', () => {
  test.each(namedBy('baseline'))('$name', async ({ create, data, wanted }) => {
    const train = data(300, seed)
    const causes = await named(train, () => checkZeroInputBaseline(create, train, { seed, steps: 300 }))
    expect(wanted, causes.join()).toContain(causes[0])
  })
})
