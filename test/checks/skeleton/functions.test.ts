import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkBaseRate } from '../../../src/checks/skeleton/base-rate.js'
import { checkHealthyGradients } from '../../../src/checks/skeleton/healthy-gradients.js'
import { checkLoadsDeterministically } from '../../../src/checks/skeleton/loads-deterministically.js'
import { checkMatchesReference } from '../../../src/checks/skeleton/matches-reference.js'
import { checkNoTensorLeak } from '../../../src/checks/skeleton/no-tensor-leak.js'
import type { Examples } from '../../../src/training/trainable.js'
import * as data from '../../programs/data.js'
import { faultyPrograms } from '../../programs/faulty.js'
import { classifier, compiled, healthyPrograms } from '../../programs/healthy.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { neverAlarmsOnHealthy } from './on-healthy.js'

const { dense } = tf.layers
const batch = data.classes(24, 1)

describe('base-rate', () => {
  neverAlarmsOnHealthy((subject, examples, seed) => checkBaseRate(subject, examples, { seed }))
  neverAlarmsOnHealthy((subject, examples, seed) => checkBaseRate(subject, examples, { seed }), {
    examples: 200,
  })

  const rare = (count: number, seed: number) => data.yesNo(count, seed, { rare: 0.1 })
  const sigmoid = () =>
    compiled(
      [dense({ inputShape: [16], units: 8, activation: 'relu' }), dense({ units: 1, activation: 'sigmoid' })],
      {
        loss: 'binaryCrossentropy',
      },
    )

  test('one positive in ten without a bias is named, with the bias to set', async () => {
    const { status, causes } = await expectNoNewTensors(async () => {
      const examples = rare(200, 1)
      const result = await checkBaseRate(sigmoid, examples)
      tf.dispose([examples.xs as tf.Tensor, examples.ys as tf.Tensor])
      return result
    })
    expect(status).toBe('failed')
    expect(causes[0]!.name).toBe('output-bias-off-base-rate')
    expect(causes[0]!.fix).toContain('constant({ value: -2.197 })')
  })

  test('and passes with it', async () => {
    const { create } = healthyPrograms['one positive in ten, output bias at the log-odds']!
    for (const seed of [1, 2, 3])
      expect((await checkBaseRate(create, rare(200, seed), { seed })).status).toBe('passed')
  })

  test('targets around 300 without a bias are named, with their mean', async () => {
    const { data: targets } = healthyPrograms['targets around 300, their mean in the bias']!
    const create = () => compiled([dense({ inputShape: [8], units: 1 })], { loss: 'meanSquaredError' })
    const { causes } = await checkBaseRate(create, targets(100, 1))
    expect(causes[0]!.fix).toMatch(/mean\(y\): biasInitializer: .*value: (29|30)\d/)
  })

  test('one class of four in nine of ten examples is named, with a bias for each class', async () => {
    const labels = Array.from({ length: 200 }, (_, i) => (i % 10 ? 0 : (i / 10) % 4))
    const { causes } = await checkBaseRate(classifier, {
      xs: data.classes(200, 1).xs,
      ys: data.oneHot(labels, 4),
    })
    expect(causes[0]!.fix).toMatch(/log p of each class: layer\.setWeights\(\[kernel, tf\.tensor1d\(\[-0\.07/)
  })

  test('a hinge has no base rate: skipped, and said', async () => {
    const { create, data: signs } = healthyPrograms['hinge of signs']!
    expect((await checkBaseRate(create, signs(24, 1))).summary).toContain('base rate is known for')
  })
})

describe('healthy-gradients', () => {
  neverAlarmsOnHealthy((subject, examples, seed) => checkHealthyGradients(subject, examples, { seed }))

  const deep = (activation: 'sigmoid' | 'relu') => () =>
    compiled([
      dense({ inputShape: [16], units: 16, activation }),
      ...Array.from({ length: 10 }, () => dense({ units: 16, activation })),
      dense({ units: 4, activation: 'softmax' }),
    ])
  const faulty: Record<string, [() => tf.LayersModel | unknown, string]> = {
    'eleven layers of sigmoids': [deep('sigmoid'), 'vanishing-gradients'],
    'learning rate 1e4, SGD': [faultyPrograms['learning rate 1e4, SGD']!.create, 'learning-rate-too-high'],
    'learning rate 1e4, Adam': [faultyPrograms['learning rate 1e4, Adam']!.create, 'learning-rate-too-high'],
    'learning rate 1e-7, SGD': [faultyPrograms['learning rate 1e-7, SGD']!.create, 'learning-rate-too-low'],
    'kernels of zeros': [faultyPrograms['kernels of zeros']!.create, 'no-gradient'],
  }
  test.each(Object.entries(faulty))('%s is named', async (_name, [create, cause]) => {
    const { status, causes, summary } = await expectNoNewTensors(() =>
      checkHealthyGradients(create as never, batch),
    )
    expect(status, summary).toBe('failed')
    expect(causes[0]!.name).toBe(cause)
  })

  test('a run without time is no pass', async () => {
    const { status, summary } = await checkHealthyGradients(classifier, batch, { deadline: 0 })
    expect(status).toBe('failed')
    expect(summary).toContain('at step 0 of 10')
  })

  test('a loop by hand that keeps its gradients to itself is skipped', async () => {
    const { create } = healthyPrograms['loop written by hand']!
    expect((await checkHealthyGradients(create, batch)).summary).toContain('stepWithGradients')
  })
})

describe('no-tensor-leak', () => {
  test('functions that clean up pass, sync and async, whatever they return', async () => {
    const model = classifier()
    const functions: Array<() => unknown> = [
      () => tf.tidy(() => tf.add(1, 2)),
      () => [tf.scalar(1), { a: tf.scalar(2) }],
      () => tf.tidy(() => tf.scalar(1).dataSync()[0]),
      async () => {
        const loss = await model.trainOnBatch(batch.xs as tf.Tensor, batch.ys as tf.Tensor)
        return loss
      },
    ]
    for (const leakFree of functions) expect((await checkNoTensorLeak(leakFree)).status).toBe('passed')
  })

  test('a cache that fills is no leak', async () => {
    let cache: tf.Tensor | undefined
    const { status } = await checkNoTensorLeak(() => {
      cache ??= tf.scalar(1)
    })
    expect(status).toBe('passed')
    cache!.dispose()
  })

  test('a leak is counted and blamed on its line', async () => {
    const kept: tf.Tensor[] = []
    const { status, causes, measured } = await checkNoTensorLeak(async () => {
      await Promise.resolve()
      kept.push(tf.mul(tf.scalar(2), 3))
    })
    expect(status).toBe('failed')
    expect(measured.tensorsPerCall).toBe(2)
    expect(causes[0]!.name).toBe('tensor-leak')
    expect(causes[0]!.evidence).toMatch(/test\/checks\/skeleton\/functions\.test\.ts:\d+/)
  })

  test('what is no function is refused', async () => {
    await expect(checkNoTensorLeak(3 as never)).rejects.toThrow('subject: got 3; wanted a function')
  })
})

describe('loads-deterministically', () => {
  const cached = data.classes(8, 1)
  const loaders: Record<string, () => Examples | Promise<Examples>> = {
    'the same data made anew': () => data.classes(8, 1),
    'a promise': async () => data.classes(8, 1),
    'cached tensors': () => cached,
  }
  test.each(Object.entries(loaders))('%s passes', async (_name, load) => {
    await expectNoNewTensors(async () =>
      expect((await checkLoadsDeterministically(load)).status).toBe('passed'),
    )
    expect((cached.xs as tf.Tensor).isDisposed).toBe(false)
  })

  const random: Record<string, [() => Examples, string]> = {
    augmentation: [
      () => {
        const { xs, ys } = data.classes(8, 1)
        return { xs: tf.tidy(() => tf.add(xs as tf.Tensor, tf.randomNormal([8, 16]))), ys }
      },
      'augmentation',
    ],
    'an unseeded shuffle': [
      () =>
        tf.tidy(() => {
          const order = tf.tensor1d([...tf.util.createShuffledIndices(8)], 'int32')
          const { xs, ys } = data.classes(8, 1)
          return { xs: tf.gather(xs as tf.Tensor, order), ys: tf.gather(ys as tf.Tensor, order) }
        }),
      'seed',
    ],
    'labels at random': [
      () => ({ xs: data.classes(8, 1).xs, ys: tf.randomUniform([8, 4]) }),
      'the inputs agree',
    ],
    'a random number of examples': [
      () => data.classes(3 + Math.floor(1000 * Math.random()), 1),
      'random subset',
    ],
  }
  test.each(Object.entries(random))('%s is named', async (_name, [load, fix]) => {
    const { status, causes } = await checkLoadsDeterministically(load)
    expect(status).toBe('failed')
    expect(causes[0]!.name).toBe('nondeterministic')
    expect(causes[0]!.fix).toContain(fix)
  })
})

describe('matches-reference', () => {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2])
  const check = (subject: (x: tf.Tensor) => unknown, reference: (x: tf.Tensor) => unknown, options = {}) =>
    expectNoNewTensors(() =>
      checkMatchesReference(subject as never, reference as never, { on: x, ...options }),
    )

  test('equal functions pass, also against numbers', async () => {
    expect(
      (
        await check(
          (t) => tf.square(t),
          (t) => tf.mul(t, t),
        )
      ).status,
    ).toBe('passed')
    expect(
      (
        await check(
          (t) => tf.tidy(() => tf.sum(t)),
          () => 10,
        )
      ).status,
    ).toBe('passed')
    expect(
      (
        await check(
          (t) => tf.square(t),
          () => [
            [1, 4],
            [9, 16],
          ],
        )
      ).status,
    ).toBe('passed')
    expect(
      (
        await check(
          (t) => [t.clone(), t.clone()],
          (t) => [t.clone(), t.clone()],
        )
      ).status,
    ).toBe('passed')
  })

  test('NaN equals NaN only, an infinity itself only', async () => {
    const at = (value: number) => () => tf.tensor1d([value, 1])
    expect((await check(at(Number.NaN), at(Number.NaN))).status).toBe('passed')
    expect((await check(at(Infinity), at(Infinity))).status).toBe('passed')
    for (const [a, b] of [
      [Number.NaN, Infinity],
      [Infinity, Number.NaN],
      [Infinity, -Infinity],
      [Number.NaN, 0],
      [0, Number.NaN],
    ] as const) {
      expect((await check(at(a), at(b))).status, `${a} against ${b}`).toBe('failed')
    }
  })

  test('says where and by how much', async () => {
    const { summary, measured } = await check(
      (t) => tf.tidy(() => tf.add(t, tf.tensor2d([0, 0, 0, 0.5], [2, 2]))),
      (t) => t.clone(),
    )
    expect(summary).toBe('1 of 4 values differ, most at [1, 1]: 4.5 where the reference has 4.')
    expect(measured).toEqual({ wrong: 1, largestDifference: 0.5 })
  })

  test('shapes and types must agree', async () => {
    expect(
      (
        await check(
          (t) => tf.reshape(t, [4]),
          (t) => t.clone(),
        )
      ).summary,
    ).toContain('Shape [4] where the reference has [2, 2]')
    expect(
      (
        await check(
          (t) => tf.cast(t, 'int32'),
          (t) => t.clone(),
        )
      ).summary,
    ).toContain('Type int32')
  })

  test('a constant factor is named', async () => {
    const { causes } = await check(
      (t) => tf.tidy(() => tf.mul(t, 2)),
      (t) => t.clone(),
    )
    expect(causes[0]).toMatchObject({
      name: 'loss-reduction',
      evidence: 'every value is 2 times that of the reference',
    })
  })

  test('several calls, each with several arguments', async () => {
    const on = [
      [x, x],
      [x, tf.zeros([2, 2])],
    ]
    const same = await checkMatchesReference(
      tf.add as never,
      (a, b) => tf.tidy(() => tf.sub(a!, tf.neg(b!))),
      { on },
    )
    expect(same.summary).toContain('All 8 values of 2 calls')
    const wrong = await checkMatchesReference((a) => tf.mul(a!, 2), tf.add as never, { on })
    expect(wrong.summary).toContain('Call 1 of 2')
  })

  test('bad input is refused', async () => {
    await expect(checkMatchesReference(tf.square as never, 3 as never, { on: x })).rejects.toThrow(
      'reference: got 3',
    )
    await expect(checkMatchesReference(tf.square as never, tf.square as never, { on: [] })).rejects.toThrow(
      'options.on',
    )
    await expect(
      checkMatchesReference(tf.square as never, tf.square as never, undefined as never),
    ).rejects.toThrow('options.on')
  })
})
