import * as tf from '@tensorflow/tfjs'
import { afterAll, describe, expect, test } from 'vitest'
import { minibatches, sameBatch } from '../../src/training/batches.js'
import { countExamples, tensorsOf } from '../../src/training/examples.js'
import { openProgram } from '../../src/training/open.js'
import { type RunOptions, trainProgram } from '../../src/training/run.js'
import { permutation, withSeed } from '../../src/training/seed.js'
import { sampleExamples, splitExamples } from '../../src/training/split.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import { classes } from '../programs/data.js'
import { classifier, compiled, HandWrittenClassifier } from '../programs/healthy.js'
import { expectNoNewTensors } from './expect-no-new-tensors.js'

const batch = classes(16, 1)
afterAll(() => tf.dispose([batch.xs as tf.Tensor, batch.ys as tf.Tensor]))

const { dense } = tf.layers
const penalized = () =>
  compiled([
    dense({ inputShape: [16], units: 8, kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }) }),
    dense({ units: 4, activation: 'softmax' }),
  ])
const train = (create: () => tf.LayersModel | Trainable, options: Omit<RunOptions, 'seed'>, seed = 1) =>
  expectNoNewTensors(async () => {
    const program = await openProgram(create, seed)
    try {
      return await trainProgram(program, sameBatch(batch).next, { seed, ...options })
    } finally {
      program.dispose()
    }
  })

describe('a recorded run', () => {
  test.each([1, 3, 8, 25, 100])('is the same when losses are read every %i steps', async (readEvery) => {
    const [reference, run] = [
      await train(penalized, { steps: 20 }),
      await train(penalized, { steps: 20, readEvery }),
    ]
    expect(run.losses).toEqual(reference.losses)
    expect(run.penalties).toEqual(reference.penalties)
    expect(run.losses).toHaveLength(20)
    expect(run.end).toBe('steps')
  })

  test('is the same when gradients are probed', async () => {
    const [reference, probed] = [
      await train(penalized, { steps: 12 }),
      await train(penalized, { steps: 12, probeEvery: 5 }),
    ]
    expect(probed.losses).toEqual(reference.losses)
    expect(probed.gradientNorms.map(({ step }) => step)).toEqual([0, 5, 10])
    expect(probed.gradientNorms.every(({ value }) => value > 0)).toBe(true)
    expect(probed.updateRatios.every(({ value }) => value > 0 && value < 0.5)).toBe(true)
  })

  test('keeps the weight penalty apart from the loss', async () => {
    const { losses, penalties } = await train(penalized, { steps: 1 })
    const { losses: without } = await train(
      () => compiled([dense({ inputShape: [16], units: 8 }), dense({ units: 4, activation: 'softmax' })]),
      { steps: 1 },
    )
    expect(penalties[0]).toBeGreaterThan(0.1)
    expect(losses[0]).toBeCloseTo(without[0]!, 4)
  })

  test('with a learning rate of 0 updates by nothing', async () => {
    const run = await train(() => classifier({ optimizer: () => tf.train.sgd(0) }), {
      steps: 2,
      probeEvery: 1,
    })
    expect(run.updateRatios.map(({ value }) => value)).toEqual([0, 0])
  })

  test('stops at the first loss that is not finite', async () => {
    const create = () =>
      compiled([dense({ inputShape: [16], units: 4 })], {
        optimizer: () => tf.train.sgd(1e30),
        loss: 'meanSquaredError',
      })
    const run = await train(create, { steps: 100 })
    expect(run.end).toBe('non-finite')
    expect(run.losses.length).toBeLessThan(10)
    expect(run.losses.findIndex((loss) => !Number.isFinite(loss))).toBe(run.losses.length - 1)
  })

  test('stops when it is told to, with the reason', async () => {
    const run = await train(classifier, {
      steps: 100,
      readEvery: 4,
      until: (losses) => (losses.length >= 10 ? 'plateau' : undefined),
    })
    expect(run).toMatchObject({ end: 'plateau', losses: { length: 12 } })
  })

  test('stops on abort and keeps the part that was recorded', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    const started = performance.now()
    const run = await train(classifier, { steps: 1e6, signal: controller.signal })
    expect(run.end).toBe('aborted')
    expect(run.losses.length).toBeGreaterThan(5)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('does not start when it was aborted before', async () => {
    const { end, losses } = await train(classifier, { steps: 1e6, signal: AbortSignal.abort() })
    expect(end).toBe('aborted')
    expect(losses.length).toBeLessThan(1000)
  })

  test('stops at the deadline', async () => {
    const started = performance.now()
    const run = await train(classifier, { steps: 1e6, deadline: started + 200 })
    expect(run.end).toBe('deadline')
    expect(performance.now() - started).toBeLessThan(1500)
  })

  test('lets timers run while it trains', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 20)
    await train(classifier, { steps: 1e6, deadline: performance.now() + 500 })
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(2)
  })

  test('reports progress', async () => {
    const seen: number[] = []
    await train(classifier, {
      steps: 1e6,
      deadline: performance.now() + 300,
      onProgress: ({ step, steps, loss }) => {
        expect(steps).toBe(1e6)
        expect(loss).toBeGreaterThan(0)
        seen.push(step)
      },
    })
    expect(seen.length).toBeGreaterThan(1)
  })

  test.each(['step', 'stepWithGradients', 'penalty'])(
    'that throws in %s leaves nothing behind',
    async (method) => {
      await expectNoNewTensors(async () => {
        const program = await openProgram(penalized, 1)
        let calls = 0
        const fails = program as unknown as Record<string, (...args: unknown[]) => unknown>
        const works = fails[method]!.bind(program)
        fails[method] = (...args) => {
          if (calls++ === 3) throw new Error('out of order')
          return works(...args)
        }
        await expect(
          trainProgram(program, sameBatch(batch).next, {
            seed: 1,
            steps: 20,
            probeEvery: method === 'step' ? 0 : 1,
          }),
        ).rejects.toThrow('out of order')
        delete fails[method]
        program.dispose()
      })
    },
  )

  test('of a loop written by hand may be asynchronous', async () => {
    const create = () => {
      const program = new HandWrittenClassifier(16, 4)
      const step = program.step.bind(program)
      return Object.assign(program, { step: async (examples: Examples) => step(examples) })
    }
    const { losses, gradientNorms, penalties } = await train(create as () => Trainable, {
      steps: 10,
      probeEvery: 1,
    })
    expect(losses).toHaveLength(10)
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
    expect(gradientNorms).toEqual([])
    expect(penalties).toEqual([])
  })
})

describe('a run with dropout', () => {
  const withDropout = () =>
    compiled([
      dense({ inputShape: [16], units: 16, activation: 'relu' }),
      tf.layers.dropout({ rate: 0.5 }),
      dense({ units: 4, activation: 'softmax' }),
    ])

  test('is decided by its seed, whatever was drawn before it', async () => {
    const { losses } = await train(withDropout, { steps: 5 })
    Math.random()
    expect((await train(withDropout, { steps: 5 })).losses).toEqual(losses)
    expect((await train(withDropout, { steps: 5, probeEvery: 1 })).losses).toEqual(losses)
    expect((await train(withDropout, { steps: 5 }, 2)).losses).not.toEqual(losses)
  })

  test('is not disturbed by another beside it', async () => {
    const { losses } = await train(withDropout, { steps: 200 })
    const both = await Promise.all(
      [1, 2, 1].map(async (seed) => {
        const program = await openProgram(withDropout, seed)
        const run = await trainProgram(program, sameBatch(batch).next, { seed, steps: 200 })
        program.dispose()
        return run.losses
      }),
    )
    expect(both[0]).toEqual(losses)
    expect(both[2]).toEqual(losses)
    expect(both[1]).not.toEqual(losses)
  })
})

describe('batches', () => {
  const numbered = (count: number): Examples => ({
    xs: tf.tensor1d(Array.from({ length: count }, (_, i) => i)),
    ys: { a: tf.tensor1d(Array.from({ length: count }, (_, i) => 10 * i)) },
    sampleWeight: tf.tensor1d(Array.from({ length: count }, (_, i) => 100 * i)),
  })
  const values = (examples: Examples) => [...(examples.xs as tf.Tensor).dataSync()]

  test('cover an epoch in an order that the seed decides, with labels and weights beside their inputs', async () => {
    const examples = numbered(10)
    await expectNoNewTensors(() => {
      const epochs = (seed: number) => {
        const batches = minibatches(examples, { batchSize: 3, seed })
        const all = Array.from({ length: 6 }, () => {
          const batch = batches.next()
          const xs = values(batch)
          expect([...tensorsOf(batch.ys)[0]!.dataSync()]).toEqual(xs.map((x) => 10 * x))
          expect([...tensorsOf(batch.sampleWeight!)[0]!.dataSync()]).toEqual(xs.map((x) => 100 * x))
          return xs
        })
        batches.dispose()
        return all
      }
      const [one, again, other] = [epochs(1), epochs(1), epochs(2)]
      expect(one).toEqual(again)
      expect(one).not.toEqual(other)
      expect(new Set(one.slice(0, 3).flat()).size).toBe(9)
      expect(one.slice(0, 3)).not.toEqual(one.slice(3))
    })
  })

  test('keep the order given when they are not shuffled, and hold at most all examples', async () => {
    const examples = numbered(5)
    const ordered = minibatches(examples, { batchSize: 2, seed: 1, shuffle: false })
    expect([ordered.next(), ordered.next()].length).toBe(2)
    ordered.dispose()
    const again = minibatches(examples, { batchSize: 2, seed: 1, shuffle: false })
    expect(values(again.next())).toEqual([0, 1])
    expect(values(again.next())).toEqual([2, 3])
    expect(values(again.next())).toEqual([0, 1])
    again.dispose()
    const large = minibatches(examples, { batchSize: 99, seed: 1 })
    expect(values(large.next()).sort()).toEqual([0, 1, 2, 3, 4])
    large.dispose()
  })

  test('a split is disjoint, complete and of the size asked for', () => {
    const { train, heldOut } = splitExamples(numbered(20), 0.25, 3)
    expect([countExamples(train), countExamples(heldOut)]).toEqual([15, 5])
    expect([...values(train), ...values(heldOut)].sort((a, b) => a - b)).toEqual(values(numbered(20)))
    expect(countExamples(sampleExamples(numbered(20), 7, 1))).toBe(7)
    expect(countExamples(sampleExamples(numbered(3), 7, 1))).toBe(3)
  })

  test('a permutation holds every index once', () => {
    for (const n of [1, 2, 17]) {
      expect([...permutation(n, 5)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
    }
  })
})

describe('a seed', () => {
  test('holds across awaits, inside its own context only', async () => {
    const draw = async () => {
      const first = Math.random()
      await new Promise((resolve) => setTimeout(resolve, 2))
      return [first, Math.random()]
    }
    const [a, b, c] = await Promise.all([withSeed(1, draw), withSeed(2, draw), withSeed(1, draw)])
    expect(a).toEqual(c)
    expect(a).not.toEqual(b)
    expect(withSeed(1, Math.random)).toBe(a![0])
    const outer = withSeed(1, () => [Math.random(), withSeed(2, Math.random), Math.random()])
    expect([outer[0], outer[2]]).toEqual(a)
    expect(outer[1]).toBe(b![0])
  })

  test('makes every initialiser and dropout repeat, and random_ops that draw seeds of their own', () => {
    const draws = () =>
      [
        tf.randomNormal([3]),
        tf.truncatedNormal([3]),
        tf.randomUniform([3]),
        tf.randomGamma([3], 2),
        tf.dropout(tf.ones([20]), 0.5),
        tf.initializers.orthogonal({}).apply([3, 3]),
        tf.initializers.heNormal({}).apply([3, 3]),
        tf.multinomial(tf.log(tf.tensor1d([0.2, 0.3, 0.5])) as tf.Tensor1D, 20),
      ].map((tensor) => [...tensor.dataSync()])
    expect(tf.tidy(() => withSeed(0, draws))).toEqual(tf.tidy(() => withSeed(0, draws)))
    expect(tf.tidy(() => withSeed(0, draws))).not.toEqual(tf.tidy(() => withSeed(1, draws)))
  })
})
