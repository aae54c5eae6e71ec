import * as tf from '@tensorflow/tfjs'
import { describe, expect, test, vi } from 'vitest'
import { type CheckResult, type Recipe, runRecipe } from '../../src/checks/index.js'
import { describeRecipe } from '../../src/index.js'
import { gatherExamples } from '../../src/training/examples.js'
import { permutation } from '../../src/training/seed.js'
import { classes } from '../programs/data.js'
import { classifier, compiled } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const { dense } = tf.layers
const train = classes(300, 1)
const wide = (units: number) => () =>
  compiled([
    dense({ inputShape: [16], units, activation: 'tanh' }),
    dense({ units: 4, activation: 'softmax' }),
  ])
const healthy: Recipe = { create: classifier, train, capacities: [wide(1), wide(32)] }
const names = (results: CheckResult[]) => results.map(({ check }) => check)
const data = [
  'finite-values',
  'normalized',
  'no-outliers',
  'no-duplicates',
  'disjoint',
  'balanced-classes',
  'consistent-labels',
  'target-leak',
  'label-map-match',
  'labelled-alike',
  'same-distribution',
  'shuffled-data',
]
const skeleton = [
  'loads-deterministically',
  'reproducible',
  'evaluates-consistently',
  'init-loss-near',
  'base-rate',
  'zero-input-baseline',
  'overfit-batch',
  'decrease-loss-with-capacity',
  'examples-independent',
  'causal',
  'uses-every-input',
  'updates-every-weight',
  'healthy-activations',
  'healthy-gradients',
  'human-baseline',
]
const later = [
  'overfit-training-set',
  'earns-its-complexity',
  'improves-with-each-addition',
  'preserves-distribution',
  'generalizes-better',
  'stops-early',
  'keeps-learning-rate',
  'trains-as-well-as-adam',
  'structured-filters',
  'beats-its-members',
  'has-converged',
]
const all = [...data, ...skeleton, ...later]
/** What needs more than a factory, training data and capacities. */
const notApplicable = [
  'disjoint',
  'label-map-match',
  'labelled-alike',
  'same-distribution',
  'shuffled-data',
  'loads-deterministically',
  'causal',
  'human-baseline',
  ...later,
]

describe('runRecipe', () => {
  test('runs every check in order, and a healthy program passes', async () => {
    const seen: string[] = []
    const report = await expectNoNewTensors(() =>
      runRecipe(healthy, { budget: 'quick', onResult: ({ check }) => seen.push(check) }),
    )
    expect(report).toMatchObject({ passed: true, causes: [] })
    expect(names(report.results)).toEqual(all)
    expect(seen).toEqual(all)
    const skipped = report.results.filter(({ status }) => status === 'skipped')
    expect(names(skipped)).toEqual(notApplicable)
    expect(skipped.every(({ summary }) => /^Skipped: .+\.$/.test(summary))).toBe(true)
    expect(report.seconds).toBeGreaterThan(0)
  })

  test('repeats itself with the same seed, and not with another', async () => {
    const measured = async (seed: number) => {
      const { results } = await runRecipe(healthy, {
        seed,
        budget: 'quick',
        only: ['init-loss-near', 'overfit-batch'],
      })
      return results.map((result) => result.measured)
    }
    expect(await measured(1)).toEqual(await measured(1))
    expect(await measured(1)).not.toEqual(await measured(2))
  })

  test('loads data once, when they are first needed', async () => {
    const load = vi.fn(async () => train)
    await runRecipe({ ...healthy, train: load }, { budget: 'quick', skip: ['loads-deterministically'] })
    expect(load).toHaveBeenCalledTimes(1)
    const unused = vi.fn(async () => train)
    await runRecipe({ create: classifier, train: unused }, { only: ['decrease-loss-with-capacity'] })
    expect(unused).not.toHaveBeenCalled()
  })

  test('calls a loader twice more to see that it gives the same, in whatever order', async () => {
    const only = ['loads-deterministically']
    const shuffling = () => gatherExamples(train, permutation(300, Math.random() * 1e9))
    const shuffled = await runRecipe({ ...healthy, train: shuffling }, { only })
    expect(shuffled.results[0]).toMatchObject({
      status: 'passed',
      summary: 'Two calls of the loader give the same 300 examples to the last bit, in another order.',
    })
    const noisy = () => ({ xs: tf.randomNormal([300, 16]), ys: (train.ys as tf.Tensor).clone() })
    const { passed, causes } = await runRecipe({ ...healthy, train: noisy }, { only })
    expect({ passed, cause: causes[0]?.name }).toEqual({ passed: false, cause: 'nondeterministic' })
  })

  test('a loss that is none of the standard ones is left out, its predictions are judged', async () => {
    const create = () =>
      compiled([dense({ inputShape: [16], units: 4, activation: 'softmax' })], {
        loss: (y, p) => tf.mean(tf.pow(tf.abs(tf.sub(y, p)), 1.5)),
      })
    const { results, passed } = await runRecipe(
      { create, train },
      { budget: 'quick', only: ['init-loss-near', 'zero-input-baseline', 'overfit-batch'] },
    )
    expect(passed, results.map(({ summary }) => summary).join('\n')).toBe(true)
    expect(results.map(({ status }) => status)).toEqual(['skipped', 'passed', 'passed'])
  })

  test('leaves out what it is told to, and skips what does not apply', async () => {
    const some = await runRecipe(healthy, {
      only: ['overfit-batch', 'init-loss-near'],
      skip: ['overfit-batch'],
    })
    expect(names(some.results)).toEqual(['init-loss-near'])
    const { results, passed } = await runRecipe(
      { create: classifier, train },
      { only: ['decrease-loss-with-capacity'] },
    )
    expect(passed).toBe(true)
    expect(results[0]).toMatchObject({ status: 'skipped', summary: expect.stringContaining('capacities') })
  })

  test('names the cause that most checks name first', async () => {
    const create = () => classifier({ optimizer: () => tf.train.sgd(1e-7) })
    const report = await expectNoNewTensors(() => runRecipe({ create, train }, { budget: 'quick' }))
    expect(report.passed).toBe(false)
    expect(report.causes[0]!.name).toBe('learning-rate-too-low')
    expect(new Set(report.causes.map(({ name }) => name)).size).toBe(report.causes.length)
  })

  test('a check that throws has failed, and the others run', async () => {
    const broken = { xs: tf.fill([50, 16], Number.NaN), ys: classes(50, 1).ys }
    const { results, causes } = await runRecipe({ create: classifier, train: broken }, { budget: 'quick' })
    expect(results[0]!.summary).toContain('800 of 1000 values are not finite')
    const initLoss = results.find(({ check }) => check === 'init-loss-near')!
    expect(initLoss).toMatchObject({
      status: 'skipped',
      summary: 'Skipped: non-finite-data: see finite-values.',
    })
    expect(causes.map(({ name }) => name)).toEqual(['non-finite-data'])
    const fails = await runRecipe(
      {
        create: () => {
          throw new Error('no such layer')
        },
        train,
      },
      { only: ['init-loss-near'] },
    )
    expect(fails.results[0]!.summary).toBe('Could not run: The factory threw: no such layer')
  })

  test('stops when it is aborted', async () => {
    const controller = new AbortController()
    const report = await runRecipe(healthy, {
      signal: controller.signal,
      onResult: () => controller.abort(),
    })
    expect(names(report.results)).toEqual(['finite-values'])
  })

  test.each<[string, unknown, object, RegExp]>([
    ['no factory', { train }, {}, /recipe\.create: got undefined; wanted a function/],
    ['a model instead of a factory', { create: 'model', train }, {}, /recipe\.create: got "model"/],
    ['no data', { create: classifier }, {}, /recipe\.train: got undefined; wanted \{ xs, ys \}/],
    ['nothing', undefined, {}, /recipe\.create/],
    [
      'an unknown check',
      healthy,
      { only: ['overfit'] },
      /options\.only \/ options\.skip: got "overfit"; wanted names of checks: finite-values/,
    ],
    ['an unknown check to skip', healthy, { skip: ['x'] }, /got "x"/],
  ])('%s is refused', async (_name, recipe, options, message) => {
    await expect(runRecipe(recipe as Recipe, options)).rejects.toThrow(message)
  })
})

describeRecipe(
  'describeRecipe makes a test of each check',
  { create: classifier, train },
  { budget: 'quick' },
)
