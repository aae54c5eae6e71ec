import * as tf from '@tensorflow/tfjs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { onlookers } from '../../src/checks/onlookers.js'
import type { CheckResult } from '../../src/checks/result.js'
import { checkHealthyActivations, watchActivations } from '../../src/checks/skeleton/healthy-activations.js'
import { checkHealthyGradients, watchGradients } from '../../src/checks/skeleton/healthy-gradients.js'
import { checkUpdatesEveryWeight, watchWeights } from '../../src/checks/skeleton/updates-every-weight.js'
import { checkHasConverged } from '../../src/checks/squeeze/has-converged.js'
import { watch, watchFirstSteps } from '../../src/checks/watch.js'
import { minibatches, sameBatch } from '../../src/training/batches.js'
import { callStep } from '../../src/training/call-step.js'
import { disposeExamples } from '../../src/training/examples.js'
import { LayersModelProgram } from '../../src/training/layers-model.js'
import { openProgram } from '../../src/training/open.js'
import { viewOutputs } from '../../src/training/outputs.js'
import { trainProgram } from '../../src/training/run.js'
import { mixSeed, withSeed } from '../../src/training/seed.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import { classes, classIndices } from '../programs/data.js'
import { classifier, compiled, HandWrittenClassifier } from '../programs/healthy.js'
import { PlainWeights } from '../programs/plain-weights.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { bytesOf } from '../training/weight-bytes.js'

const { dense } = tf.layers
const watches = () => [watchWeights(), watchActivations(), watchGradients()]

/** After how many steps the backend was read, and waited for; how often since the first of them began. */
async function readsDuring(
  body: () => Promise<unknown>,
  trained: { prototype: Pick<Trainable, 'step'> } = LayersModelProgram,
) {
  let steps = 0
  let reads = 0
  const after = new Set<number>()
  const count = () => {
    if (steps === 0) return
    reads++
    after.add(steps)
  }
  const { step } = trained.prototype
  const { dataSync, data } = tf.Tensor.prototype
  vi.spyOn(tf.Tensor.prototype, 'dataSync').mockImplementation(function (this: tf.Tensor) {
    count()
    return dataSync.call(this)
  } as typeof dataSync)
  vi.spyOn(tf.Tensor.prototype, 'data').mockImplementation(function (this: tf.Tensor) {
    count()
    return data.call(this)
  } as typeof data)
  vi.spyOn(trained.prototype, 'step').mockImplementation(function (this: Trainable, batch) {
    steps++
    return step.call(this, batch)
  })
  onTestFinished(() => {
    vi.restoreAllMocks()
  })
  await body()
  vi.restoreAllMocks()
  return { steps, reads, after: [...after] }
}

test('overfitting with onlookers: nothing reads at every step', async () => {
  const batch = classes(24, 1)
  for (const optimizer of [() => tf.train.adam(0.01), () => tf.train.sgd(0.01)]) {
    const create = () => classifier({ optimizer })
    await expectNoNewTensors(async () => {
      const program = await openProgram(create, 1)
      let told: CheckResult[] = []
      const looking = onlookers(
        create,
        watches(),
        () => true,
        (results) => {
          told = results
        },
      ).begin(program, batch, { seed: 1 })!
      const { steps, after } = await readsDuring(() =>
        trainProgram(program, sameBatch(batch).next, {
          seed: 1,
          steps: 32,
          probeEvery: 5,
          metrics: true,
          makeStep: () => looking.nextStep(),
        }),
      )
      expect(steps).toBe(32)
      // The looks at weights, gradients and activations come after 3, 10 and 30 steps.
      expect(after).toEqual([3, 8, 10, 16, 24, 30, 32])
      expect(told.map(({ status }) => status)).toEqual(['passed', 'passed', 'passed'])
      looking.dispose()
      program.dispose()
    })
  }
  disposeExamples(batch)
})

test('the same checks alone read every eighth step, and where they look', async () => {
  const batch = classes(24, 1)
  const create = () => classifier({ optimizer: () => tf.train.momentum(0.01, 0.9) })
  const gradients = await readsDuring(() => checkHealthyGradients(create, batch, { steps: 32 }))
  expect(gradients).toMatchObject({ steps: 32, reads: 4, after: [8, 16, 24, 32] })
  const activations = await readsDuring(() => checkHealthyActivations(create, batch, { steps: 30 }))
  expect(activations).toMatchObject({ steps: 30, after: [8, 16, 24, 30] })
  const weights = await readsDuring(() => checkUpdatesEveryWeight(create, batch))
  expect(weights).toMatchObject({ steps: 3, after: [3] })
  const resting = () => classifier({ optimizer: () => tf.train.sgd(0) })
  const still = await readsDuring(() => checkUpdatesEveryWeight(resting, batch))
  expect(still).toMatchObject({ steps: 13, after: [3, 8, 13] })
  disposeExamples(batch)
})

test('a recorded run reads losses, penalties, metrics and norms of eight steps at once', async () => {
  const batch = classes(24, 1)
  const model = compiled([
    dense({ inputShape: [16], units: 8, kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }) }),
    dense({ units: 4, activation: 'softmax' }),
  ])
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  const program = await openProgram(model, 1)
  const options = { seed: 1, steps: 32, probeEvery: 1, metrics: true }
  const { reads } = await readsDuring(() => trainProgram(program, sameBatch(batch).next, options))
  expect(reads).toBe(4)
  program.dispose()
  model.dispose()
  disposeExamples(batch)
})

test('minibatches with a weight for every class are not read to weigh them', async () => {
  const batch = { ...classes(24, 1), classWeight: { 0: 1, 1: 2, 2: 3, 3: 4 } }
  const program = await openProgram(classifier, 1)
  const next = () => ({ ...batch })
  const { reads } = await readsDuring(() => trainProgram(program, next, { seed: 1, steps: 32 }))
  expect(reads).toBe(4)
  program.dispose()
  disposeExamples(batch)
})

const sparse = () => classifier({ loss: 'sparseCategoricalCrossentropy' })
const weights = { 0: 1, 1: 2, 2: 3, 3: 4 }

test.each<[string, () => tf.LayersModel, () => Examples]>([
  ['class indices', sparse, () => ({ ...classIndices(96, 1), classWeight: weights })],
  [
    'one-hot labels, without a weight for a class that never occurs',
    () => compiled([dense({ inputShape: [16], units: 5, activation: 'softmax' })]),
    () => {
      const { xs, ys } = classes(96, 1)
      const wide = tf.concat([ys as tf.Tensor, tf.zeros([96, 1])], 1)
      tf.dispose(ys as tf.Tensor)
      return { xs, ys: wide, classWeight: weights }
    },
  ],
])('labels are read once to weigh all minibatches: %s', async (_name, create, data) => {
  const examples = data()
  await expectNoNewTensors(async () => {
    const program = await openProgram(create, 1)
    for (const reads of [5, 4]) {
      const batches = minibatches(examples, { batchSize: 16, seed: 1 })
      const read = await readsDuring(() => trainProgram(program, batches.next, { seed: 1, steps: 32 }))
      expect(read).toMatchObject({ steps: 32, reads })
      batches.dispose()
    }
    program.dispose()
  })
  disposeExamples(examples)
})

test('a loss that is not known is probed in one read', async () => {
  const batch = classes(24, 1)
  const program = await openProgram(() => new PlainWeights(), 1)
  const { reads } = await readsDuring(async () => {
    tf.dispose(await program.step(batch))
    viewOutputs(program, batch, 'batch')
  }, PlainWeights)
  // Predictions, labels, and the losses of three parts.
  expect(reads).toBe(3)
  program.dispose()
  disposeExamples(batch)
})

test('losses that only looks later on need are read every eighth step until then', async () => {
  const [train, validation] = [classes(96, 1), classes(24, 2)]
  const { steps, reads, after } = await readsDuring(() =>
    checkHasConverged(classifier, { train, validation, steps: 320 }),
  )
  expect(steps).toBe(320)
  expect(after.filter((step) => step <= 240)).toHaveLength(30)
  expect(reads).toBeLessThan(90)
  disposeExamples(train)
  disposeExamples(validation)
})

test('a program whose weights are plain tensors is read every eighth step, and where checks look', async () => {
  const batch = classes(24, 1)
  for (const fresh of [false, true]) {
    const program = await openProgram(() => new PlainWeights({ fresh }), 1)
    const run = () => trainProgram(program, sameBatch(batch).next, { seed: 1, steps: 32, probeEvery: 1 })
    expect(await readsDuring(run, PlainWeights)).toMatchObject({
      steps: 32,
      reads: 4,
      after: [8, 16, 24, 32],
    })
    program.dispose()
    const resting = () => new PlainWeights({ rate: 0, fresh })
    const still = await readsDuring(() => checkUpdatesEveryWeight(resting, batch), PlainWeights)
    expect(still).toMatchObject({ steps: 13, after: [3, 8, 13] })
  }
  disposeExamples(batch)
})

/** Its loss is no number at the fifth step; after so many it throws. Its learning rate falls from step to step. */
class Lossless extends HandWrittenClassifier {
  private taken = 0
  constructor(private readonly most = 100) {
    super(16, 4)
  }
  override step(batch: Examples): tf.Scalar {
    if (this.taken === this.most) throw new Error('the loss is lost')
    const loss = super.step(batch)
    ;(this.optimizer as unknown as { learningRate: number }).learningRate *= 0.5
    if (++this.taken < 5) return loss
    loss.dispose()
    return tf.scalar(Number.NaN)
  }
}

/** Its loss is no number at the fifth step; its bias begins to move at the sixth. */
class LatePlainWeights extends PlainWeights {
  override step(batch: Examples): tf.Scalar {
    const loss = super.step(batch)
    if (this.taken !== 5) return loss
    loss.dispose()
    return tf.scalar(Number.NaN)
  }
  protected override rateOf(name: string): number {
    return name === 'bias' && this.taken < 6 ? 0 : 0.1
  }
}

/** Weights after so many steps that nobody looks at. */
async function weightsAfter(create: () => tf.LayersModel | Trainable, steps: number, batch: Examples) {
  const program = await openProgram(create, 1)
  await withSeed(mixSeed(1, 'run'), async () => {
    for (let step = 0; step < steps; step++) (await callStep(program, batch)).dispose()
  })
  const bytes = bytesOf(Object.values(program.weights()))
  program.dispose()
  return bytes
}

/** Results of checks that look on together, with their numbers read every so many steps. */
async function resultsOf(create: () => tf.LayersModel | Trainable, readEvery: number) {
  const batch = classes(24, 1)
  const program = await openProgram(create, 1)
  const watching = watch(program, batch, watches(), { subject: create, seed: 1, readEvery })
  let steps = 0
  await withSeed(mixSeed(1, 'run'), async () => {
    while (watching.needsSteps()) {
      const { loss, gradients } = await watching.step()
      tf.dispose([loss, ...Object.values(gradients ?? {})])
      steps++
    }
  })
  const results = await watching.results(false)
  // Who trains on finds the program as the last step left it.
  expect(bytesOf(Object.values(program.weights()))).toEqual(await weightsAfter(create, steps, batch))
  watching.dispose()
  program.dispose()
  disposeExamples(batch)
  const text = JSON.stringify(results, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
  // TensorFlow.js numbers the layers of each model anew.
  return { steps, results: text.replace(/(?<=_[A-Z][A-Za-z]*)\d+/g, '#') }
}

const diverging = (rate: number) => () =>
  compiled([dense({ inputShape: [16], units: 8, activation: 'relu' }), dense({ units: 4 })], {
    loss: 'meanSquaredError',
    optimizer: () => tf.train.sgd(rate),
  })

test.each<[string, () => tf.LayersModel | Trainable]>([
  ['a healthy one', classifier],
  ['one that rests', () => classifier({ optimizer: () => tf.train.sgd(0) })],
  ['one that diverges at once', diverging(1e30)],
  ['one that diverges later', diverging(1e6)],
  ['one that diverges slowly', diverging(30)],
  ['a loop by hand', () => new HandWrittenClassifier(16, 4)],
  ['a loop by hand that loses its loss, and goes on with its schedule', () => new Lossless()],
  ['plain tensors', () => new PlainWeights()],
  ['plain tensors, fresh ones at each call', () => new PlainWeights({ fresh: true })],
  ['plain tensors that rest', () => new PlainWeights({ rate: 0 })],
  ['plain tensors that diverge', () => new PlainWeights({ rate: 1e38 })],
  ['plain tensors that move when the loss is lost', () => new LatePlainWeights()],
  ['fresh tensors that move when the loss is lost', () => new LatePlainWeights({ fresh: true })],
])('the results are those of reading at every step: %s', async (_name, create) => {
  await expectNoNewTensors(async () => {
    const often = await resultsOf(create, 1)
    const rarely = await resultsOf(create, 8)
    expect(rarely.results).toBe(often.results)
    expect(rarely.steps).toBeLessThan(often.steps + 8)
  })
})

test('a step that throws after the last that is needed is no failure', async () => {
  const batch = classes(24, 1)
  await expectNoNewTensors(async () => {
    const [result] = await watchFirstSteps(() => new Lossless(6), batch, [watchWeights({ steps: 10 })], {})
    expect(result).toMatchObject({ status: 'passed', measured: { changed: 4 } })
    await expect(
      watchFirstSteps(() => new Lossless(2), batch, [watchWeights({ steps: 10 })], {}),
    ).rejects.toThrow('lost')
  })
  disposeExamples(batch)
})
