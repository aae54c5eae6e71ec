import { expect, test } from 'vitest'
import {
  checkEarnsItsComplexity,
  type EarnsItsComplexityOptions,
} from '../../../src/checks/overfit/earns-its-complexity.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { network, productAndSum } from './toy-programs.js'

const options: EarnsItsComplexityOptions = {
  train: productAndSum(200, 1),
  validation: productAndSum(200, 3),
  steps: 150,
  seeds: 6,
}
const linear = network({ hidden: 0 })

test('weights that are needed are earned, after few seeds', async () => {
  const result = await expectNoNewTensors(() => checkEarnsItsComplexity(network(), linear, options))
  expect(result).toMatchObject({ status: 'passed', stage: 'overfit', causes: [], seed: 42 })
  expect(result.measured.seeds).toBeLessThan(6)
  expect(result.measured.effect).toBeLessThan(-0.2)
  expect(result.measured.low).toBeLessThan(result.measured.effect!)
  expect(result.measured.high).toBeLessThan(-0.01)
  expect(result.summary).toMatch(
    /^With 129 weights instead of 7, lowers validation loss by ≥ 1 %: supported\. loss [\d.]+ → [\d.]+, -\d/,
  )
})

test('weights that learn the training examples by heart are refuted, with the cause', async () => {
  const few = { ...options, train: productAndSum(24, 5), steps: 200 }
  const result = await expectNoNewTensors(() =>
    checkEarnsItsComplexity(network({ units: 64, hidden: 2 }), linear, few),
  )
  expect(result.status).toBe('failed')
  expect(result.summary).toContain('refuted')
  expect(result.causes).toMatchObject([{ name: 'under-regularized' }])
})

test('a claim too close to call is undecided, which is no pass, and says how many seeds would decide', async () => {
  const result = await checkEarnsItsComplexity(network({ units: 17 }), network(), {
    ...options,
    seeds: 3,
    hypothesis: 'keeps validation loss within 0.1 %',
  })
  expect(result).toMatchObject({ status: 'failed', causes: [] })
  expect(result.summary).toMatch(
    /undecided\..* over 3 seeds\. (About \d+ seeds|Not even 100 seeds) would decide/,
  )
})

test('a program that diverges is refuted', async () => {
  const result = await expectNoNewTensors(() =>
    checkEarnsItsComplexity(network({ rate: 1e30 }), linear, options),
  )
  expect(result.status).toBe('failed')
  expect(result.summary).toContain('refuted. Training diverged under seed 42.')
})

test('one that is not simpler is refused', async () => {
  await expect(checkEarnsItsComplexity(linear, network(), options)).rejects.toThrow(
    'simpler: got 129 weights; wanted fewer than the 7 of the subject',
  )
  await expect(checkEarnsItsComplexity(linear, linear, options)).rejects.toThrow(/^simpler/)
})

test.each([
  [{ seeds: 1 }, 'options.seeds'],
  [{ seeds: 101 }, 'options.seeds'],
  [{ steps: 0 }, 'options.steps'],
  [{ batchSize: 1.5 }, 'options.batchSize'],
  [{ alpha: 0.5 }, 'options.alpha'],
  [{ hypothesis: 'is nice' }, 'options.hypothesis'],
  [{ hypothesis: 'raises validation accuracy' }, "'accuracy', which the program does not have"],
  [{ train: undefined }, 'options.train'],
  [{ validation: {} }, 'options.validation'],
])('bad input: %j', async (bad, message) => {
  await expectNoNewTensors(() =>
    expect(
      checkEarnsItsComplexity(network(), linear, {
        ...options,
        steps: 5,
        ...bad,
      } as EarnsItsComplexityOptions),
    ).rejects.toThrow(message),
  )
})

test('without time it fails and says so', async () => {
  const result = await expectNoNewTensors(() =>
    checkEarnsItsComplexity(network(), linear, { ...options, deadline: performance.now() - 1 }),
  )
  expect(result.status).toBe('failed')
  expect(result.summary).toMatch(/undecided\. Too few seeds.*Stopped before.*more time/)
})

test('an aborted run leaves nothing behind, and progress counts over all runs', async () => {
  const stop = new AbortController()
  const seen: Array<{ step: number; steps: number }> = []
  const result = await expectNoNewTensors(() =>
    checkEarnsItsComplexity(network(), linear, {
      ...options,
      steps: 5000,
      signal: stop.signal,
      onProgress: (at) => {
        seen.push(at)
        stop.abort()
      },
    }),
  )
  expect(result.status).toBe('failed')
  expect(seen[0]!.steps).toBe(2 * 6 * 5000)
})
