import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Recipe, type RecipeReport, type RunRecipeOptions, runRecipe } from '../../src/checks/index.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import { classes } from '../programs/data.js'
import { classifier, compiled } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'

const train = classes(200, 1) as { xs: tf.Tensor2D; ys: tf.Tensor2D }
const validation = classes(60, 2) as { xs: tf.Tensor2D; ys: tf.Tensor2D }
const { dense } = tf.layers
const strings = (shape: number[]) => tf.fill(shape, 'cat' as unknown as number, 'string')
const never = new Promise<never>(() => {})
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const throws = (thrown: unknown) => () => {
  throw thrown
}

/** A linear classifier with a step of its own. */
function linear(step: (learn: () => tf.Scalar) => unknown): () => Trainable {
  return () => {
    const kernel = tf.tidy(() => tf.variable(tf.randomNormal([16, 4], 0, 0.1)))
    const optimizer = tf.train.sgd(0.5)
    const loss = ({ xs, ys }: Examples) =>
      tf.tidy(() =>
        tf.losses
          .softmaxCrossEntropy(ys as tf.Tensor, tf.matMul(xs as tf.Tensor, kernel as tf.Tensor2D))
          .asScalar(),
      )
    return {
      predict: (xs) => tf.tidy(() => tf.softmax(tf.matMul(xs as tf.Tensor, kernel as tf.Tensor2D))),
      loss,
      step: (batch) => step(() => optimizer.minimize(() => loss(batch), true)!) as tf.Scalar,
      weights: () => ({ kernel }),
      dispose: () => {
        kernel.dispose()
        optimizer.dispose()
      },
    }
  }
}

const slowly = (milliseconds: number) => (learn: () => tf.Scalar) => {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
  return learn()
}

type Bad = Partial<Record<keyof Recipe, unknown>>
interface Case {
  recipe: () => Bad
  /** The check that tells it, and how. */
  told: [check: string, summary: RegExp]
  /** Why the others that cannot run are skipped. */
  others?: RegExp
  options?: RunRecipeOptions
}

const cases: Record<string, Case> = {
  'create throws': {
    recipe: () => ({ create: throws(new Error('no such layer')) }),
    told: ['reproducible', /^Could not run: The factory threw: no such layer$/],
    others: /create\(\) failed: see reproducible/,
  },
  'create throws a string': {
    recipe: () => ({ create: throws('no such layer') }),
    told: ['reproducible', /The factory threw: no such layer/],
    others: /create\(\) failed: see reproducible/,
  },
  'create rejects': {
    recipe: () => ({ create: async () => throws(new Error('no weights'))() }),
    told: ['reproducible', /The factory threw: no weights/],
    others: /create\(\) failed: see reproducible/,
  },
  'create never resolves': {
    recipe: () => ({ create: () => never }),
    told: ['reproducible', /recipe\.create: got a promise that had not resolved in an earlier check either/],
    others: /create\(\) failed: see reproducible/,
    options: { timeout: 300 },
  },
  'create returns nothing': {
    recipe: () => ({ create: () => undefined }),
    told: ['reproducible', /got a factory that returned undefined; wanted a model or a Trainable/],
    others: /create\(\) failed: see reproducible/,
  },
  'create does not compile': {
    recipe: () => ({ create: () => tf.sequential({ layers: [dense({ inputShape: [16], units: 4 })] }) }),
    told: ['reproducible', /got a model that is not compiled; wanted a compiled model: call model\.compile/],
    others: /create\(\) failed: see reproducible/,
  },
  'create returns one and the same model': {
    recipe: () => {
      const model = classifier()
      return { create: () => model }
    },
    told: [
      'reproducible',
      /got a factory that returned the same model twice; wanted a new model at each call/,
    ],
    others: /create\(\) failed: see reproducible/,
  },
  'the loss is NaN from the first step on': {
    recipe: () => ({
      create: () =>
        classifier({ loss: (y, p) => tf.mul(tf.metrics.categoricalCrossentropy(y, p), Number.NaN) }),
    }),
    told: ['overfit-batch', /The loss became NaN at step 1/],
  },
  'a step never resolves': {
    recipe: () => ({ create: linear(() => never) }),
    told: ['reproducible', /step\(\): got a promise that had not resolved after 0\.\d s/],
    others: /step\(\) cannot be used: see reproducible/,
    options: { timeout: 300 },
  },
  'a step blocks': {
    recipe: () => ({ create: linear(slowly(200)) }),
    told: ['reproducible', /Stopped before the test's time ran out, after \d of \d+ steps/],
    options: { timeout: 300, only: ['reproducible', 'zero-input-baseline', 'healthy-gradients'] },
  },
  'a step throws': {
    recipe: () => ({ create: linear(throws(new Error('out of range'))) }),
    told: ['reproducible', /The training step threw: out of range/],
    others: /it ends in the same error: see reproducible/,
  },
  'a step returns nothing': {
    recipe: () => ({ create: linear(() => undefined) }),
    told: ['reproducible', /step\(\): got undefined; wanted a live scalar tensor/],
    others: /step\(\) cannot be used: see reproducible/,
  },
  'a step returns the losses of all examples': {
    recipe: () => ({ create: linear(() => tf.zeros([8])) }),
    told: ['reproducible', /step\(\): got a tensor of shape \[8\]; wanted a live scalar tensor/],
    others: /step\(\) cannot be used: see reproducible/,
  },
  'a class without examples': {
    recipe: () => {
      const withEmpty = ({ xs, ys }: typeof train) => ({
        xs,
        ys: ys.pad([
          [0, 0],
          [0, 1],
        ]),
      })
      return {
        create: () =>
          compiled([
            dense({ inputShape: [16], units: 32, activation: 'relu' }),
            dense({ units: 5, activation: 'softmax' }),
          ]),
        train: withEmpty(train),
        validation: withEmpty(validation),
      }
    },
    told: ['balanced-classes', /Class 4 of the 5 in ys has no example among 200/],
  },
  'no validation examples': {
    recipe: () => ({ validation: { xs: tf.zeros([0, 16]), ys: tf.zeros([0, 4]) } }),
    told: ['disjoint', /validation\.xs: got no examples; wanted at least one example/],
    others: /validation\.xs cannot be used: see disjoint/,
  },
  'no training examples': {
    recipe: () => ({ train: { xs: tf.zeros([0, 16]), ys: tf.zeros([0, 4]) } }),
    told: ['finite-values', /train\.xs: got no examples; wanted at least one example/],
    others: /train\.xs cannot be used: see finite-values/,
  },
  'one training example': {
    recipe: () => ({ train: { xs: train.xs.slice(0, 1), ys: train.ys.slice(0, 1) } }),
    told: ['examples-independent', /batch: got a single example; wanted at least two examples/],
  },
  'labels are strings': {
    recipe: () => ({ train: { xs: train.xs, ys: strings([200, 1]) } }),
    told: [
      'finite-values',
      /train\.ys: got a string tensor; wanted numbers: encode the strings as class indices/,
    ],
    others: /train\.ys cannot be used: see finite-values/,
  },
  'inputs are strings': {
    recipe: () => ({ train: { xs: strings([200, 16]), ys: train.ys } }),
    told: ['finite-values', /train\.xs: got a string tensor/],
    others: /train\.xs cannot be used: see finite-values/,
  },
  'more inputs than labels': {
    recipe: () => ({ train: { xs: train.xs, ys: train.ys.slice(0, 150) } }),
    told: ['finite-values', /train\.ys: got 150 examples, while train\.xs has 200; wanted the same number/],
    others: /train\.ys cannot be used: see finite-values/,
  },
  'inputs of another width than the model takes': {
    recipe: () => ({ train: { xs: train.xs.slice([0, 0], [200, 8]), ys: train.ys }, validation: undefined }),
    told: ['reproducible', /xs: got \[n, 8\]; wanted what the model takes: \[n, 16\]/],
    others: /xs cannot be used: see reproducible/,
  },
  'labels of another width than the model gives': {
    recipe: () => ({ train: { xs: train.xs, ys: train.ys.slice([0, 0], [200, 3]) }, validation: undefined }),
    told: ['reproducible', /got xs \[64, 16\] with ys \[64, 3\]; wanted .* outputs \[n, 4\]/],
    others: /label-shape: see reproducible/,
  },
  'class indices for a loss that takes one-hot labels': {
    recipe: () => ({ train: { xs: train.xs, ys: train.ys.argMax(1) }, validation: undefined }),
    told: ['reproducible', /got xs \[64, 16\] with ys \[64\]; wanted .* outputs \[n, 4\]/],
    others: /label-shape: see reproducible/,
  },
  'NaN in the inputs': {
    recipe: () => ({
      train: { xs: tf.where(train.xs.greater(2), tf.fill([200, 16], Number.NaN), train.xs), ys: train.ys },
    }),
    told: ['finite-values', /of 4000 values are not finite: xs has \d+ NaN/],
    others: /non-finite-data: see finite-values/,
  },
  'a loader throws': {
    recipe: () => ({ train: throws(new Error('no such file: data.csv')) }),
    told: ['finite-values', /Could not run: recipe\.train threw: no such file: data\.csv/],
    others: /it ends in the same error: see finite-values/,
  },
  'the loader of the validation examples rejects': {
    recipe: () => ({ validation: async () => throws(new Error('no such file: data.csv'))() }),
    told: ['disjoint', /Could not run: recipe\.validation threw: no such file: data\.csv/],
    others: /it ends in the same error: see disjoint/,
  },
  'a loader never resolves': {
    recipe: () => ({ train: () => never }),
    told: ['finite-values', /recipe\.train: got a promise that had not resolved after 0\.\d s/],
    others: /recipe\.train cannot be used: see finite-values/,
    options: { timeout: 300 },
  },
  'a loader returns nothing': {
    recipe: () => ({ train: () => undefined }),
    told: ['finite-values', /train: got undefined; wanted \{ xs, ys \}: tensors of inputs and labels/],
    others: /train cannot be used: see finite-values/,
  },
  'arrays instead of tensors': {
    recipe: () => ({ train: { xs: [[1, 2]], ys: [[1]] } }),
    told: ['finite-values', /train\.xs\[0\]: got an array of number; wanted a tf\.Tensor/],
    others: /train\.xs\[0\] cannot be used: see finite-values/,
  },
  'disposed tensors': {
    recipe: () => {
      const gone = classes(30, 1)
      tf.dispose([gone.xs as tf.Tensor, gone.ys as tf.Tensor])
      return { train: gone }
    },
    told: [
      'finite-values',
      /train\.xs: got a disposed tensor; wanted a live tensor \(was it created inside tf\.tidy/,
    ],
    others: /train\.xs cannot be used: see finite-values/,
  },
}

const unhandled: unknown[] = []
const onUnhandled = (reason: unknown) => unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', onUnhandled))
afterAll(async () => {
  await pause(20)
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
})

const reportOf = (bad: Bad, options: RunRecipeOptions = {}) =>
  runRecipe({ create: classifier, train, validation, ...bad } as Recipe, { budget: 'quick', ...options })

/** What arrives of a report that is sent as JSON; numbers that are not finite go as words. */
const throughJson = (report: RecipeReport): unknown => {
  const words = ['NaN', 'Infinity', '-Infinity']
  const text = JSON.stringify(report, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
  return JSON.parse(text, (_, value) => (words.includes(value) ? Number(value) : value))
}

test.each(Object.entries(cases))('%s: told once', async (_name, { recipe, told, others, options }) => {
  const made = recipe()
  const report = await expectNoNewTensors(() => reportOf(made, options))
  const { passed, results } = report
  expect(throughJson(report)).toEqual(report)
  expect(passed).toBe(false)
  const [check, summary] = told
  expect(results.find((result) => result.check === check)).toMatchObject({
    status: 'failed',
    summary: expect.stringMatching(summary),
  })
  if (!others) return
  const failed = results.filter(({ status }) => status === 'failed').map((result) => result.check)
  expect(failed).toEqual([check])
  const reasons = results.filter(({ status }) => status === 'skipped').map((result) => result.summary)
  expect(reasons.filter((reason) => others.test(reason)).length).toBeGreaterThan(2)
})

test.each<[string, Bad]>([
  ['labels are booleans', { train: { xs: train.xs, ys: train.ys.toBool() } }],
  ['one-hot labels are int32', { train: { xs: train.xs, ys: train.ys.toInt() } }],
  [
    'one validation example',
    { validation: { xs: validation.xs.slice(0, 1), ys: validation.ys.slice(0, 1) } },
  ],
  [
    'targets [n] for outputs [n, 1]',
    {
      create: () => compiled([dense({ inputShape: [16], units: 1 })], { loss: 'meanSquaredError' }),
      train: { xs: train.xs, ys: train.xs.sum(1) },
      validation: undefined,
    },
  ],
])('%s: nothing to say', async (_name, bad) => {
  const { results } = await expectNoNewTensors(() => reportOf(bad, { skip: ['same-distribution'] }))
  expect(results.filter(({ status }) => status === 'failed').map(({ summary }) => summary)).toEqual([])
})

test('a step that never resolves ends when the run is aborted', async () => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 200)
  const { results, seconds } = await expectNoNewTensors(() =>
    reportOf(
      { create: linear(() => never) },
      { signal: controller.signal, only: ['reproducible', 'overfit-batch'] },
    ),
  )
  expect(seconds).toBeLessThan(5)
  expect(results.map(({ summary }) => summary)).toEqual([
    expect.stringContaining('step(): got a promise that had not resolved when the run was aborted'),
  ])
})

test('what arrives after the time is over is freed', async () => {
  const late: Array<Promise<tf.Scalar>> = []
  const create = linear((learn) => {
    const loss = pause(400).then(learn)
    late.push(loss)
    return loss
  })
  await expectNoNewTensors(async () => {
    const { results } = await reportOf({ create }, { timeout: 200, only: ['reproducible'] })
    expect(results[0]!.summary).toContain('had not resolved')
    await Promise.allSettled(late)
    await pause(0)
  })
})
