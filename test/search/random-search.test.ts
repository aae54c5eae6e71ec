import * as tf from '@tensorflow/tfjs'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { rungsOf, stepsOf } from '../../src/search/halving.js'
import { randomSearch } from '../../src/search/random-search.js'
import { choice, logUniform, uniform, wholeNumber } from '../../src/search/space.js'
import { mulberry32 } from '../../src/training/seed.js'
import { perceptron, train, validation } from '../checks/moon-programs.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const draws = <Value>({ draw }: { draw(random: () => number): Value }, count = 4000): Value[] => {
  const random = mulberry32(7)
  return Array.from({ length: count }, () => draw(random))
}
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('spaces', () => {
  test('the logarithm of logUniform is uniform', () => {
    const logs = draws(logUniform(1e-4, 1e-1)).map(Math.log10)
    expect(Math.min(...logs)).toBeGreaterThanOrEqual(-4)
    expect(Math.max(...logs)).toBeLessThan(-1)
    expect(mean(logs)).toBeCloseTo(-2.5, 1)
    expect(mean(logs.map((log) => (log + 2.5) ** 2))).toBeCloseTo(9 / 12, 1)
  })

  test('uniform, whole numbers and choices', () => {
    expect(mean(draws(uniform(-1, 3)))).toBeCloseTo(1, 1)
    const whole = draws(wholeNumber(2, 4))
    expect(new Set(whole)).toEqual(new Set([2, 3, 4]))
    expect(whole.filter((value) => value === 2).length).toBeGreaterThan(1200)
    expect(new Set(draws(choice(['relu', 'tanh'])))).toEqual(new Set(['relu', 'tanh']))
  })

  test.each([
    [() => logUniform(0, 1), 'above 0'],
    [() => uniform(1, 1), 'the lower first'],
    [() => uniform(Number.NaN, 1), 'two finite numbers'],
    [() => wholeNumber(0.5, 2), 'whole numbers'],
    [() => choice([1]), 'at least two'],
  ])('bad limits are refused', (make, said) => {
    expect(make).toThrow(said)
  })
})

describe('successive halving', () => {
  test.each([
    [
      16,
      900,
      3,
      [
        [16, 100],
        [5, 300],
        [1, 900],
      ],
    ],
    [
      9,
      900,
      3,
      [
        [9, 100],
        [3, 300],
        [1, 900],
      ],
    ],
    [2, 900, 3, [[2, 900]]],
    [5, 100, 1, [[5, 100]]],
  ])('%i trials of %i steps by %i', (trials, steps, eta, rungs) => {
    expect(rungsOf(trials, steps, eta).map((rung) => [rung.trials, rung.steps])).toEqual(rungs)
  })

  test('a trial goes on where it stood', () => {
    expect(stepsOf(rungsOf(9, 900, 3))).toBe(9 * 100 + 3 * 200 + 600)
  })
})

const space = { rate: logUniform(1e-6, 30), units: choice([2, 16]) }
const recipe = ({ rate, units }: { rate: number; units: 2 | 16 }) => ({
  create: perceptron({ units, optimizer: () => tf.train.adam(rate) }),
  train,
  validation,
})
const options = { recipe, steps: 90, trials: 9, seed: 3 }

test('finds a rate that trains, at a fraction of the steps', async () => {
  const result = await expectNoNewTensors(() => randomSearch(space, options))
  expectTypeOf(result.best!.values).toEqualTypeOf<{ rate: number; units: 2 | 16 }>()
  expect(result.best!.state).toBe('finished')
  expect(result.best!.values.rate).toBeGreaterThan(1e-3)
  expect(result.best!.values.rate).toBeLessThan(3)
  expect(result.best!.rounds.map(({ steps }) => steps)).toEqual([10, 30, 90])
  expect(result.steps).toEqual({ made: 9 * 10 + 3 * 20 + 60, all: 810 })
  expect(result.trials.map(({ rounds }) => rounds.length)).toEqual([3, 2, 2, 1, 1, 1, 1, 1, 1])
  expect(result.table.split('\n')).toHaveLength(10)
  expect(result.table).toMatch(/^trial +rate +units +steps +loss\n\d/)
  expect(result.figure).toMatch(/^<svg .*<\/svg>$/)
})

test('the same seed gives the same trials, and more of them begin with the same', async () => {
  const valuesOf = async (trials: number) =>
    (await randomSearch(space, { ...options, trials, steps: 2, eta: 1 })).trials
      .sort((a, b) => a.index - b.index)
      .map(({ values, rounds }) => ({ values, rounds }))
  const three = await valuesOf(3)
  expect(await valuesOf(3)).toEqual(three)
  expect((await valuesOf(4)).slice(0, 3)).toEqual(three)
})

test('a trial that diverges loses, wherever it stands', async () => {
  const result = await randomSearch(
    { rate: choice([1e30, 0.01]) },
    {
      ...options,
      recipe: ({ rate }) => ({
        create: perceptron({ optimizer: () => tf.train.sgd(rate) }),
        train: { xs: tf.mul(train.xs as tf.Tensor, 1), ys: train.ys },
        validation,
      }),
      trials: 4,
      steps: 6,
      eta: 2,
    },
  )
  expect(result.best!.values.rate).toBe(0.01)
})

test('stopped half-way it says what is known', async () => {
  const controller = new AbortController()
  const result = await expectNoNewTensors(() =>
    randomSearch(space, {
      ...options,
      signal: controller.signal,
      steps: 900,
      onTrial: ({ index }) => index === 1 && controller.abort(),
    }),
  )
  expect(result.interrupted).toBe(true)
  expect(result.trials.filter(({ rounds }) => rounds.length > 0).length).toBeLessThan(9)
})

test.each([
  [{}, options, 'space'],
  [{ rate: 0.1 }, options, 'space.rate'],
  [space, { ...options, recipe: undefined }, 'options.recipe'],
  [space, { ...options, trials: 0 }, 'options.trials'],
  [space, { ...options, eta: 0 }, 'options.eta'],
  [space, { ...options, steps: 1.5 }, 'options.steps'],
  [space, { ...options, trials: 2, steps: 1, metric: 'speed' }, 'options.metric'],
  [
    space,
    { ...options, recipe: (values: never) => ({ ...recipe(values), validation: undefined }) },
    'validation',
  ],
])('bad input %#', async (where, how, argument) => {
  await expect(randomSearch(where as never, how as never)).rejects.toThrow(argument)
})
