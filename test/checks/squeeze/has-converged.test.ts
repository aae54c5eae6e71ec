import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkHasConverged } from '../../../src/checks/squeeze/has-converged.js'
import { mulberry32 } from '../../../src/training/seed.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { perceptron, train, validation } from '../moon-programs.js'

/** A loss that decays with `time` steps from 1 to `floor`, with noise of 10 %. */
function decay(steps: number, time: number, floor: number, seed: number): number[] {
  const random = mulberry32(seed)
  return Array.from(
    { length: steps },
    (_, step) => (floor + (1 - floor) * Math.exp(-step / time)) * (0.9 + 0.2 * random()),
  )
}

test.each([1, 2, 3, 4, 5])('a loss that has levelled off (seed %i)', async (seed) => {
  const result = await checkHasConverged(decay(1000, 100, 0.2, seed))
  expect(result).toMatchObject({ status: 'passed', stage: 'squeeze', causes: [] })
})

test.each([1, 2, 3, 4, 5])('a loss that still falls (seed %i)', async (seed) => {
  const result = await checkHasConverged(decay(1000, 1000, 0, seed))
  expect(result.status).toBe('failed')
  expect(result.causes).toMatchObject([{ name: 'stopped-too-early' }])
  expect(result.measured.gain).toBeGreaterThan(0.08)
  expect(result.summary).toMatch(
    /^Over its last 192 steps the loss falls by \d+ %, \d+ % at least, to 0\.3\d+ \(p = [\de.-]+\): as many steps again would lower it by about \d+ %/,
  )
})

test('a loss that rises has converged, too: it overfits', async () => {
  const result = await checkHasConverged(decay(500, 400, 0.1, 1).reverse())
  expect(result.status).toBe('passed')
  expect(result.summary).toContain('rises by')
})

test('a fall that promises less than the gain asked for', async () => {
  const losses = decay(1000, 1000, 0, 1)
  expect((await checkHasConverged(losses, { gain: 0.5 })).status).toBe('passed')
})

test('a run that diverged', async () => {
  const result = await checkHasConverged({ losses: [1, 0.5, Number.NaN] })
  expect(result).toMatchObject({ status: 'failed', causes: [{ name: 'diverging-loss' }] })
})

test.each([
  ['trained to its end', perceptron({ units: 1, optimizer: () => tf.train.adam(0.1) }), 300, 'passed'],
  ['stopped half-way', perceptron({ optimizer: () => tf.train.sgd(0.1) }), 100, 'failed'],
] as const)('a program %s, by its validation loss', async (_name, create, steps, status) => {
  const result = await expectNoNewTensors(() => checkHasConverged(create, { train, validation, steps }))
  expect(result.status).toBe(status)
  expect(result.summary).toContain('the validation loss')
})

test.each([
  ['too few losses', [1, 0.9, 0.8], {}, 'at least 24'],
  ['what is no loss', ['0.5', ...decay(50, 10, 0, 1)] as unknown as number[], {}, 'losses: got'],
  ['no losses and no examples', perceptron(), {}, 'options.train'],
  ['a share of 0', decay(100, 10, 0, 1), { share: 0 }, 'options.share'],
  ['an alpha above 1', decay(100, 10, 0, 1), { alpha: 2 }, 'options.alpha'],
])('%s', async (_name, subject, options, said) => {
  await expect(checkHasConverged(subject, options)).rejects.toThrow(said)
})
