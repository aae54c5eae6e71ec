import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkHasConverged } from '../../../src/checks/squeeze/has-converged.js'
import { LayersModelProgram } from '../../../src/training/layers-model.js'
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

test('the validation loss is looked at where its slope is, not all the time', async () => {
  let looks = 0
  const create = () => {
    const program = new LayersModelProgram(perceptron({ units: 1 })(), 'owned')
    const loss = program.loss.bind(program)
    program.loss = (batch) => {
      looks++
      return loss(batch)
    }
    return program
  }
  const options = { train, validation, steps: 200 }
  const { measured } = await checkHasConverged(create, options)
  expect([looks, measured.steps]).toEqual([24, 200])
  looks = 0
  await checkHasConverged(create, { ...options, share: 0.5 })
  expect(looks).toBe(51)
})

test('a program whose validation loss is not finite at the end says at which step', async () => {
  const create = () => {
    const program = new LayersModelProgram(perceptron({ units: 1 })(), 'owned')
    program.loss = () => tf.scalar(Number.NaN)
    return program
  }
  const result = await checkHasConverged(create, { train, validation, steps: 200 })
  expect(result).toMatchObject({ status: 'failed', causes: [{ name: 'diverging-loss' }] })
  expect(result.summary).toBe('The validation loss is NaN at step 154.')
})

test('a run whose time is over before its end says so', async () => {
  const result = await checkHasConverged(perceptron(), { train, validation, steps: 5000, deadline: 0 })
  expect(result.status).toBe('failed')
  expect(result.summary).toMatch(/^Stopped before the test's time ran out, after \d+ steps?\./)
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
