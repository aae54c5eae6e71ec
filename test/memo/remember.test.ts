import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import {
  type CheckResult,
  checkHealthyActivations,
  checkHealthyGradients,
  checkOverfitBatch,
  checkReproducible,
  checkUpdatesEveryWeight,
  runRecipe,
} from '../../src/checks/index.js'
import { checkOverfitBatchWatched } from '../../src/checks/skeleton/overfit-watched.js'
import { type Memory, remember, withMemory } from '../../src/memo/remember.js'
import { openStore } from '../../src/memo/store.js'
import { openProgram } from '../../src/training/open.js'
import { withSeed } from '../../src/training/seed.js'
import type { Examples } from '../../src/training/trainable.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { memoryInFolder } from './in-folder.js'

const here = memoryInFolder()

function pointsOf(count: number, seed = 7): Examples {
  return withSeed(seed, () => {
    const xs = tf.randomNormal([count, 4])
    return { xs, ys: tf.tidy(() => tf.oneHot(tf.argMax(xs.slice([0, 0], [-1, 3]), 1).toInt(), 3).toFloat()) }
  })
}

function createModel({ units = 16, rate = 0.02, loss = 'categoricalCrossentropy' as unknown } = {}) {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [4], units, activation: 'relu' }),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: tf.train.adam(rate), loss: loss as string })
  return model
}

const batch = pointsOf(32)
const run = (
  create = () => createModel(),
  on = batch,
  options = {},
  where: Memory | undefined = here.memory,
) => withMemory(where, () => checkOverfitBatch(create, on, options))

test('a check that has passed is not run again, also by another process, and says so', async () => {
  const first = await run()
  expect(first).not.toHaveProperty('reused')
  const second = await expectNoNewTensors(() => run())
  expect(second).toEqual({ ...first, reused: true, seconds: second.seconds })
  const elsewhere = { store: openStore(here.folder), surroundings: 'here' }
  expect(await run(undefined, undefined, undefined, elsewhere)).toMatchObject({ reused: true })
})

test.each<[string, () => ReturnType<typeof run>]>([
  ['another factory of other models', () => run(() => createModel({ units: 17 }))],
  ['another learning rate', () => run(() => createModel({ rate: 0.021 }))],
  ['other data', () => run(undefined, pointsOf(32, 8))],
  ['another seed', () => run(undefined, undefined, { seed: 43 })],
  ['another goal', () => run(undefined, undefined, { loss: 0.2 })],
  [
    'other surroundings',
    () => run(undefined, undefined, {}, { ...here.memory, surroundings: 'another backend' }),
  ],
  ['no memory', () => checkOverfitBatch(() => createModel(), batch)],
])('%s is another run', async (_, other) => {
  await run()
  expect(await other()).not.toHaveProperty('reused')
})

test('data with the same numbers are the same, in whatever tensors', async () => {
  await run()
  expect(await run(undefined, pointsOf(32))).toMatchObject({ reused: true })
})

test('a factory whose settings were changed since is another program', async () => {
  let rate = 0.02
  const create = () => createModel({ rate })
  await run(create)
  rate = 1e-9
  expect(await run(create, batch, { steps: 50 })).toMatchObject({ status: 'failed' })
  rate = 0.02
  expect(await run(create)).toMatchObject({ reused: true })
})

test('what fails is measured again each time', async () => {
  const create = () => createModel({ rate: 1e-9 })
  for (let i = 0; i < 2; i++) {
    const result = await run(create, batch, { steps: 50 })
    expect(result).toMatchObject({ status: 'failed' })
    expect(result).not.toHaveProperty('reused')
  }
})

test('a program with code of the user is trained each time', async () => {
  const loss = (y: tf.Tensor, p: tf.Tensor) => tf.metrics.categoricalCrossentropy(y, p).mean()
  const create = () => createModel({ loss })
  for (let i = 0; i < 2; i++) expect(await run(create, batch, { loss: 0.1 })).not.toHaveProperty('reused')
  expect(readdirSync(here.folder)).toEqual([])
})

test('a live model is trained each time: it may have been trained on', async () => {
  const model = createModel()
  for (let i = 0; i < 2; i++) {
    const result = await withMemory(here.memory, () => checkOverfitBatch(model, batch))
    expect(result).toMatchObject({ status: 'passed' })
    expect(result).not.toHaveProperty('reused')
  }
  model.dispose()
})

test('whether training can be repeated is always tried', async () => {
  for (let i = 0; i < 2; i++)
    expect(
      await withMemory(here.memory, () => checkReproducible(() => createModel(), batch)),
    ).not.toHaveProperty('reused')
})

test('programs are compared under every seed that the body opened', async () => {
  let runs = 0
  const body = (create: () => tf.LayersModel) =>
    remember(
      'two seeds',
      { subjects: [create], inputs: {} },
      async () => {
        runs++
        for (const seed of [1, 2]) (await openProgram(create, seed)).dispose()
        return runs
      },
      { worth: () => true },
    )
  await withMemory(here.memory, async () => {
    expect(await body(() => createModel())).toEqual({ result: 1, remembered: false })
    expect(await body(() => createModel())).toEqual({ result: 1, remembered: true })
    // Like the first under seed 1 only.
    const loaded = () => {
      const model = createModel()
      const first = withSeed(1, () => createModel())
      model.setWeights(first.getWeights())
      first.dispose()
      return model
    }
    expect(await body(loaded)).toEqual({ result: 2, remembered: false })
  })
})

test('a body inside of another one tells the outer one what it opened', async () => {
  const create = () => createModel()
  const inner = () =>
    remember(
      'inner',
      { subjects: [create], inputs: {} },
      async () => (await openProgram(create, 1)).dispose(),
      { worth: () => true },
    )
  const outer = (subject: () => tf.LayersModel) =>
    remember('outer', { subjects: [subject], inputs: {} }, inner, { worth: () => true })
  await withMemory(here.memory, async () => {
    // The inner one is remembered the second time: the outer one still depends on the program.
    await inner()
    expect((await outer(create)).remembered).toBe(false)
    expect((await outer(create)).remembered).toBe(true)
    expect((await outer(() => createModel({ units: 3 }))).remembered).toBe(false)
  })
})

test('damaged files are written anew; where nothing can be written everything is run', async () => {
  await run()
  for (const file of readdirSync(here.folder)) writeFileSync(join(here.folder, file), 'not what was written')
  const fresh = join(here.folder, 'not', 'a', 'folder')
  writeFileSync(join(here.folder, 'not'), '')
  for (const where of [here.folder, fresh]) {
    const anew = { store: openStore(where), surroundings: 'elsewhere' }
    expect(await run(undefined, undefined, undefined, anew)).not.toHaveProperty('reused')
    expect(await run(undefined, undefined, undefined, anew)).toMatchObject({ reused: true })
  }
})

test('a recipe that has passed makes no training the second time, and finds the same', async () => {
  const recipe = { create: () => createModel(), train: pointsOf(300), validation: pointsOf(200, 9) }
  const [first, second] = [
    await withMemory(here.memory, () => runRecipe(recipe)),
    await withMemory(here.memory, () => runRecipe(recipe)),
  ]
  expect(first.passed).toBe(true)
  const told = (report: typeof first) => report.results.map(({ seconds: _, reused: __, ...result }) => result)
  expect(told(second)).toEqual(told(first))
  const again = second.results.filter(({ reused }) => reused).map(({ check }) => check)
  expect(again).toEqual(
    expect.arrayContaining([
      'zero-input-baseline',
      'overfit-batch',
      'updates-every-weight',
      'healthy-activations',
      'healthy-gradients',
    ]),
  )
  expect(again).not.toContain('reproducible')
})

test.each([
  ['weights', checkUpdatesEveryWeight],
  ['activations', checkHealthyActivations],
  ['gradients', checkHealthyGradients],
])('who overfits a batch has looked at its %s on the way', async (_, check) => {
  const create = () => createModel()
  const own = await check(create, batch)
  const overfitted = await withMemory(here.memory, () => checkOverfitBatchWatched(create, batch))
  expect(overfitted).toMatchObject({ status: 'passed' })
  const { seconds: _seconds, reused, ...found } = await withMemory(here.memory, () => check(create, batch))
  expect(reused).toBe(true)
  expect(found).toEqual(withoutSeconds(own))
  // Other options are another question.
  expect(await withMemory(here.memory, () => check(create, batch, { steps: 5 }))).not.toHaveProperty('reused')
  expect(
    await withMemory(here.memory, () => check(() => createModel({ units: 5 }), batch)),
  ).not.toHaveProperty('reused')
})

const withoutSeconds = ({ seconds: _, ...result }: CheckResult) => result

test('a batch is overfitted in the same way, whoever looks on', async () => {
  const watched = await withMemory(here.memory, () => checkOverfitBatchWatched(() => createModel(), batch))
  expect(withoutSeconds(watched)).toEqual(withoutSeconds(await checkOverfitBatch(() => createModel(), batch)))
})
