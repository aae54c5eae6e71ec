// One picture matcher in a test of its own: milliseconds to `process.env.TIMES`. measure.mjs runs it twice, to record and to match.
import { appendFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { kernel } from './kernel.mjs'

test.each([1, 2])('2048 filters, %i', async (round) => {
  const weights = tf.tensor(kernel.values, kernel.shape)
  const started = performance.now()
  await expect(weights).toMatchWeightImage(`filters ${round}`)
  const milliseconds = performance.now() - started
  weights.dispose()
  // The first compiles.
  if (round === 2) appendFileSync(process.env.TIMES, `${milliseconds}\n`)
})
