// Compiled by types.test.ts, as a test file, against the built declarations, never run: what a user writes must type-check, and
// every line marked as an error must be one.
import type * as tf from '@tensorflow/tfjs'
import { describeRecipe, type Examples, expect, type Recipe, type Trainable, test } from 'vitest-recipe'
import {
  type CheckResult,
  checkLabelledAlike,
  checkOverfitBatch,
  InvalidArgumentError,
  runRecipe,
} from 'vitest-recipe/checks'
import * as matchers from 'vitest-recipe/matchers'
import recipe from 'vitest-recipe/plugin'
import RecipeReporter from 'vitest-recipe/reporter'

declare const model: tf.LayersModel
declare const trainable: Trainable
declare const xs: tf.Tensor2D
declare const ys: tf.Tensor2D
const batch: Examples = { xs, ys }
const create = (): tf.LayersModel => model

test('matchers', async ({ tf, seed, train, batch: take, attach }) => {
  await expect(create).toHaveInitLossNear(Math.log(10), { on: batch })
  await expect(create).toHaveInitLossNear({ on: batch, tolerance: 0.2 })
  await expect(async () => model).toOverfitBatch(batch)
  await expect(model).not.toOverfitBatch(batch, { steps: 10, loss: 0.1, accuracy: 0.9 })
  await expect(trainable).toBeatZeroInputBaseline(batch, {
    validation: batch,
    steps: 100,
    margin: 0.2,
    batchSize: 8,
  })
  await expect((_units: number) => create()).toDecreaseLossWithCapacity(batch, { capacities: [1, 2] })
  await expect((_size: 'small' | 'large') => create()).toDecreaseLossWithCapacity(batch, {
    capacities: ['small', 'large'] as const,
  })
  await expect(create).toOverfitTrainingSet(batch, { steps: 100 })
  await expect(create).toTrainAsWellAsAdam(batch, { steps: 100, seeds: 2 })
  await expect(create).toStopEarly({ train: batch, validation: batch, patience: 3 })
  await expect([3, 2, 1]).toHaveConverged()
  await expect(create).toHaveConverged({ train: batch, steps: 100 })
  await expect([model, create]).toBeatItsMembers(batch)
  await expect(batch).toMatchDataImage('name', { perLabel: 5 })
  await expect(model).toMatchInputImage('name', { on: batch })
  await expect(model).toMatchPredictionImage({ train: batch, on: batch, steps: 20 })
  await expect(model).toMatchWeightImage()
  await expect(model).toMatchWeightImage('name', { layer: 'conv', rtol: 1e-3 })
  await expect.soft(model).toMatchWeightImage({ attach: 'always' })
  await expect(batch).toHaveNoTargetLeak()
  await expect(batch).toHaveNoTargetLeak({ identical: true, causal: { axis: 1 } })
  await expect(batch).toMatchLabelsOf(batch)
  await expect(batch).not.toBeLabelledLike(batch, { seed: 1 })
  await expect(batch).toBeDistributedLike(batch, { maxShift: 1, maxSpread: 2 })
  await expect(batch).toBeShuffled()
  await expect.soft(batch).toBeShuffled({ batchSize: 16 })
  await expect(Promise.resolve(model)).resolves.toOverfitBatch(batch)

  const count: number = seed + tf.memory().numTensors
  const run = await train(create, { data: batch, steps: count })
  const losses: number[] = run.losses
  const trained: tf.LayersModel | undefined = run.model
  await attach('loss', { losses })
  await expect(trained).toOverfitBatch(take(batch, 4))

  // @ts-expect-error -- examples are missing
  await expect(create).toOverfitBatch()
  // @ts-expect-error -- a batch has labels
  await expect(create).toOverfitBatch({ xs })
  // @ts-expect-error -- no such option
  await expect(create).toOverfitBatch(batch, { step: 10 })
  // @ts-expect-error -- options are missing
  await expect(create).toHaveInitLossNear(2.3)
  // @ts-expect-error -- a number is wanted
  await expect(create).toHaveInitLossNear('2.3', { on: batch })
  // @ts-expect-error -- capacities are missing
  await expect(create).toDecreaseLossWithCapacity(batch)
  // @ts-expect-error -- no such word
  await expect(model).toMatchWeightImage('name', { attach: 'sometimes' })
  // @ts-expect-error -- validation examples are missing
  await expect(batch).toMatchLabelsOf()
  // @ts-expect-error -- validation examples have labels
  await expect(batch).toBeLabelledLike({ xs })
  // @ts-expect-error -- no such option
  await expect(batch).toBeDistributedLike(batch, { shift: 1 })
  // @ts-expect-error -- a number is wanted
  await expect(batch).toBeShuffled({ batchSize: '16' })
  // @ts-expect-error -- the axis of time is missing
  await expect(batch).toHaveNoTargetLeak({ causal: {} })
  // @ts-expect-error -- data are missing
  await train(create, { steps: 3 })
})

const program: Recipe = { create, train: () => batch, capacities: [create, create] }
describeRecipe('a program', program, { budget: 'quick', skip: ['overfit-batch'] })
// @ts-expect-error -- no such budget
describeRecipe('a program', program, { budget: 'fast' })
// @ts-expect-error -- train is missing
const incomplete: Recipe = { create }

const results: Promise<CheckResult[]> = runRecipe(program).then((report) => report.results)
const one: Promise<CheckResult> = checkOverfitBatch(create, batch, { seed: 1 })
const split: Promise<CheckResult> = checkLabelledAlike(batch, batch, { seed: 1 })
const plugins = [recipe(), recipe({ seed: 1, backend: 'wasm' })]
// @ts-expect-error -- no such backend
recipe({ backend: 'gpu' })
const exported = [
  matchers.toOverfitBatch,
  matchers.toMatchWeightImage,
  matchers.toBeShuffled,
  InvalidArgumentError,
  RecipeReporter,
]
void [results, one, split, plugins, exported, incomplete]
