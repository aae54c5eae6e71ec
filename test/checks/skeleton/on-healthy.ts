import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import type { CheckResult } from '../../../src/checks/index.js'
import { disposeExamples } from '../../../src/training/examples.js'
import type { Examples, Subject } from '../../../src/training/trainable.js'
import { type HealthyProgram, healthyPrograms } from '../../programs/healthy.js'

export const seeds = (process.env.SEEDS ?? '1').split(',').map(Number)

/** No healthy program raises an alarm, whatever the seed, and no tensor stays behind. SEEDS=1,2,3 tries more. */
export function neverAlarmsOnHealthy(
  check: (subject: Subject, examples: Examples, seed: number) => Promise<CheckResult>,
  {
    examples = 24,
    programs = healthyPrograms,
  }: { examples?: number; programs?: Record<string, HealthyProgram> } = {},
): void {
  describe('healthy programs pass', () => {
    test.each(Object.entries(programs))('%s', async (_name, { create, data }) => {
      for (const seed of seeds) {
        const batch = data(examples, seed)
        const before = tf.memory().numTensors
        const result = await check(create, batch, seed)
        expect(tf.memory().numTensors).toBe(before)
        disposeExamples(batch)
        expect(result.status, `${result.summary} ${JSON.stringify(result.causes)}`).not.toBe('failed')
      }
    })
  })
}
