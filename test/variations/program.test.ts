import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/recipe/recipe.js'
import { openProgram } from '../../src/training/open.js'
import { runPlan, type TrainingPlan } from '../../src/training/planned-run.js'
import { withSeed } from '../../src/training/seed.js'
import type { Trainable } from '../../src/training/trainable.js'
import { variations } from '../../src/variations/index.js'
import { Apply } from '../programs/faulty.js'
import { classifier, compiled, HandWrittenClassifier } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { factsOf, recipeOf, trainFive } from './programs.js'

const { dense } = tf.layers
const plain = recipeOf('SGD at 0.1')
const loop: Recipe = { ...plain, create: () => new HandWrittenClassifier(16, 4) }
const weightsOf = (program: Trainable) =>
  Object.values(program.weights()).map((weight) => [...weight.dataSync()])
const free = (model: tf.LayersModel) => {
  model.dispose()
  model.optimizer.dispose()
}

test('fields of the recipe', () => {
  const augment: Recipe['augment'] = (batch) => batch
  for (const [vary, change] of [
    [variations.withBatchSize(4), { batchSize: 4 }],
    [variations.withAugmentation(augment), { augment }],
    [variations.withEarlyStopping({ patience: 3 }), { earlyStopping: { patience: 3 } }],
    [variations.withEarlyStopping({ patience: 3, every: 9 }), { earlyStopping: { patience: 3, every: 9 } }],
  ] as const) {
    const varied = vary(plain)
    expect(varied).toEqual({ ...plain, ...change })
    expect(varied).not.toBe(plain)
    expect([varied.create, varied.train]).toEqual([plain.create, plain.train])
  }
})

test.each([
  ['withBatchSize', () => variations.withBatchSize(0)],
  ['withAugmentation', () => variations.withAugmentation(3 as never)],
  ['withEarlyStopping', () => variations.withEarlyStopping({ patience: 0 })],
  ['withEarlyStopping', () => variations.withEarlyStopping(3 as never)],
  [
    'withEarlyStopping: got a recipe without validation examples',
    () => {
      const { validation: _, ...rest } = plain
      return variations.withEarlyStopping({ patience: 1 })(rest)
    },
  ],
  ['withLearningRate', () => variations.withLearningRate(0)],
  [
    'withLearningRate: got a recipe with a schedule',
    () => variations.withLearningRate(1)({ ...plain, schedule: () => 1 }),
  ],
  [
    'withOptimizer: got an optimizer, which every program would share',
    () => variations.withOptimizer(tf.train.sgd(1) as never),
  ],
  ['withOptimizer', () => variations.withOptimizer('adam' as never)],
  ['withDropout', () => variations.withDropout(1)],
  ['withWeightDecay', () => variations.withWeightDecay(-1)],
  ['withSmallerModel', () => variations.withSmallerModel(2)],
  ['withSmallerModel', () => variations.withSmallerModel({} as never)],
  ['withLargerModel', () => variations.withLargerModel(0.5)],
  ['withEnsemble', () => variations.withEnsemble(1)],
  ['withPretrainedWeights', () => variations.withPretrainedWeights(3 as never)],
])('%s refuses at once', (message, vary) => {
  expect(vary).toThrow(message)
})

describe.each([
  ['a model', plain],
  ['a model with an optimizer by name', { ...plain, create: () => classifier({ optimizer: 'adam' }) }],
  ['a custom loop', loop],
  ['an ensemble', variations.withEnsemble(2)(plain)],
] as Array<[string, Recipe]>)('optimizer of %s', (_, recipe) => {
  test('another one, or the same at another rate; the first weights stay', async () => {
    await expectNoNewTensors(async () => {
      const base = await openProgram(recipe.create, 1)
      const slower = await openProgram(variations.withLearningRate(0.003)(recipe).create, 1)
      const other = await openProgram(
        variations.withOptimizer(() => tf.train.rmsprop(0.02, 0.8))(recipe).create,
        1,
      )
      expect(slower.optimizer!.getClassName()).toBe(base.optimizer!.getClassName())
      expect(slower.optimizer!.getConfig()).toEqual({ ...base.optimizer!.getConfig(), learningRate: 0.003 })
      expect(other.optimizer!.getClassName()).toBe('RMSProp')
      expect(other.optimizer!.getConfig()).toMatchObject({ learningRate: 0.02, decay: 0.8 })
      expect(weightsOf(slower)).toEqual(weightsOf(base))
      expect(weightsOf(other)).toEqual(weightsOf(base))
      for (const program of [base, slower, other]) program.dispose()
    })
    await expectNoNewTensors(async () => {
      await trainFive(variations.withLearningRate(0.003)(recipe))
      await trainFive(variations.withOptimizer(() => tf.train.adam(0.02))(recipe))
    })
  })
})

test('an optimizer shared by all programs is refused as before', async () => {
  const shared = tf.train.adam(0.01)
  const create = variations.withDropout(0.1)({
    ...plain,
    create: () => classifier({ optimizer: () => shared }),
  }).create
  ;(await openProgram(create, 1)).dispose()
  await expect(openProgram(create, 1)).rejects.toThrow('one and the same optimizer object')
})

test('a model given twice, or made before, or not compiled is refused as before', async () => {
  const model = classifier()
  const vary = variations.withDropout(0.1)
  await expect(openProgram(vary({ ...plain, create: () => model }).create, 1)).rejects.toThrow(
    'made before it was called',
  )
  free(model)
  const uncompiled = () => tf.sequential({ layers: [dense({ inputShape: [2], units: 1 })] })
  await expect(openProgram(vary({ ...plain, create: uncompiled }).create, 1)).rejects.toThrow('not compiled')
})

test('an optimizer that has trained starts anew', async () => {
  const create = async () => {
    const model = classifier({ optimizer: () => tf.train.adam(0.01) })
    await model.trainOnBatch(plain.train.xs as tf.Tensor, plain.train.ys as tf.Tensor)
    return model
  }
  await expectNoNewTensors(async () => {
    const program = await openProgram(variations.withSmallerModel()({ ...plain, create }).create, 1)
    expect(program.optimizer!.iterations).toBe(0)
    expect(program.optimizer!.getConfig()).toMatchObject({ learningRate: 0.01 })
    program.dispose()
    await trainFive(variations.withSmallerModel()({ ...plain, create }))
  })
})

describe('a program that cannot be rewritten', () => {
  test.each([
    ['withDropout', variations.withDropout(0.2)],
    ['withWeightDecay', variations.withWeightDecay(0.1)],
    ['withSmallerModel', variations.withSmallerModel()],
    ['withLargerModel', variations.withLargerModel()],
    ['withoutFeatures', variations.withoutFeatures([0])],
    ['withEnsemble', variations.withEnsemble(2)],
  ])('%s of a custom loop says to write it by hand', async (name, vary) => {
    await expectNoNewTensors(async () => {
      await expect(openProgram(vary(loop).create, 1)).rejects.toThrow(
        new RegExp(`${name}: got .*custom loop.*\\{ \\.\\.\\.recipe, create: … \\}`),
      )
    })
  })

  test('a layer of a class that is not registered', async () => {
    const create = () =>
      compiled([dense({ inputShape: [16], units: 8 }), new Apply((x) => tf.relu(x)), dense({ units: 4 })])
    await expectNoNewTensors(async () => {
      await expect(openProgram(variations.withDropout(0.1)({ ...plain, create }).create, 1)).rejects.toThrow(
        'withDropout: got a model with a layer of a class that is not registered: Apply; wanted a class that can be made again: register it with tf.serialization.registerClass(Apply)',
      )
    })
  })

  test.each([
    ['linear', variations.withDropout(0.2), 'without a hidden layer before its output'],
    ['linear', variations.withSmallerModel(), 'without a hidden layer whose width'],
    ['linear', variations.withSmallerModel({ pool: true }), 'without a Flatten'],
    [
      'linear',
      variations.withDropout({ rate: 0.1, after: 'x' }),
      'withDropout: after: got "x"; wanted one of the layers',
    ],
    ['linear', variations.withDropout({ rate: 0.1, after: 0 }), 'which gives an output'],
    ['linear', variations.withDropout(0), 'a rate of 0 for a model without dropout'],
  ])('%s', async (_, vary, message) => {
    const recipe = recipeOf('linear regression')
    await expectNoNewTensors(async () => {
      await expect(openProgram(vary(recipe).create, 1)).rejects.toThrow(message)
    })
  })
})

describe('withPretrainedWeights', () => {
  const quiet = { report: () => undefined }

  test('starts from a model made by the same factory, whatever its automatic names', async () => {
    const model = withSeed(5, () => classifier())
    const wanted = model.getWeights().map((weight) => [...weight.dataSync()])
    await expectNoNewTensors(async () => {
      const program = await openProgram(variations.withPretrainedWeights(model)(plain).create, 1)
      expect(weightsOf(program)).toEqual(wanted)
      program.dispose()
      await trainFive(variations.withPretrainedWeights(model)(plain))
    })
    const byName = Object.fromEntries(model.weights.map((weight) => [weight.originalName, weight.read()]))
    for (const source of [byName, () => byName, async () => model]) {
      const program = await openProgram(variations.withPretrainedWeights(source)(plain).create, 1)
      expect(weightsOf(program)).toEqual(wanted)
      program.dispose()
    }
    free(model)
  })

  test('from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vitest-recipe-'))
    const model = withSeed(5, () => classifier())
    await model.save(`file://${folder}`)
    await expectNoNewTensors(async () => {
      const vary = variations.withPretrainedWeights(`file://${folder}/model.json`)
      const program = await openProgram(vary(plain).create, 1)
      expect(weightsOf(program)).toEqual(model.getWeights().map((weight) => [...weight.dataSync()]))
      program.dispose()
    })
    free(model)
    rmSync(folder, { recursive: true })
  })

  test('says once which weights stay as initialised', async () => {
    const said: string[] = []
    const source = { 'hidden/kernel': tf.ones([16, 8]), 'head/kernel': tf.ones([5, 4]) }
    const create = () =>
      compiled([dense({ inputShape: [16], units: 8, name: 'hidden' }), dense({ units: 4, name: 'head' })])
    const { create: varied } = variations.withPretrainedWeights(source, { report: (m) => said.push(m) })({
      ...plain,
      create,
    })
    for (const seed of [1, 2]) (await openProgram(varied, seed)).dispose()
    expect(said).toEqual([
      'withPretrainedWeights: as initialised stay hidden/bias (none given), head/kernel [8,4] (given [5,4]), head/bias (none given)',
    ])
  })

  test('of a custom loop, by its own names', async () => {
    const source = { w1: tf.ones([16, 32]) }
    const program = await openProgram(variations.withPretrainedWeights(source, quiet)(loop).create, 1)
    expect([...program.weights().w1!.dataSync()]).toEqual(Array(512).fill(1))
    program.dispose()
  })

  test('refuses weights of which none fits', async () => {
    await expectNoNewTensors(async () => {
      const source = { 'other/kernel': tf.ones([3]) }
      await expect(openProgram(variations.withPretrainedWeights(source)(plain).create, 1)).rejects.toThrow(
        /weights of which none fits: .*; given are other\/kernel/,
      )
      tf.dispose(source)
    })
  })
})

describe('withEnsemble', () => {
  const digits = recipeOf('CNN with batch normalisation and dropout')
  const outputs = recipeOf('two outputs with different losses')

  test('starts with the program itself; the others start elsewhere', async () => {
    const base = await openProgram(plain.create, 1)
    const ensemble = await openProgram(variations.withEnsemble(3)(plain).create, 1)
    const weights = ensemble.weights()
    const values = (prefix: string) =>
      Object.entries(weights).flatMap(([name, weight]) =>
        name.startsWith(prefix) ? [[...weight.dataSync()]] : [],
      )
    expect(values('member1/')).toEqual(weightsOf(base))
    expect(values('member2/')[0]).not.toEqual(values('member1/')[0])
    expect(values('member3/')[0]).not.toEqual(values('member2/')[0])
    base.dispose()
    ensemble.dispose()
  })

  test('answers with the mean, whose loss it tells; a step tells the mean of the losses', async () => {
    await expectNoNewTensors(async () => {
      const models: tf.LayersModel[] = []
      const create = () => {
        models.push(classifier())
        return models.at(-1)!
      }
      const { xs, ys } = plain.train as { xs: tf.Tensor; ys: tf.Tensor }
      const ensemble = await openProgram(variations.withEnsemble(2)({ ...plain, create }).create, 1)
      tf.tidy(() => {
        const each = models.map((model) => model.predict(xs) as tf.Tensor)
        const mean = tf.div(tf.add(each[0]!, each[1]!), 2)
        const lossOf = (answers: tf.Tensor) =>
          tf.mean(tf.metrics.categoricalCrossentropy(ys, answers)).dataSync()[0]!
        expect(tf.max(tf.abs(tf.sub(ensemble.predict(xs) as tf.Tensor, mean))).dataSync()[0]).toBeLessThan(
          1e-6,
        )
        expect(ensemble.loss({ xs, ys }).dataSync()[0]).toBeCloseTo(lossOf(mean), 4)
        expect((ensemble.step({ xs, ys }) as tf.Scalar).dataSync()[0]).toBeCloseTo(
          (lossOf(each[0]!) + lossOf(each[1]!)) / 2,
          4,
        )
      })
      ensemble.dispose()
    })
  })

  test.each([
    ['one output', plain],
    ['batch normalisation and dropout', digits],
    ['two outputs', outputs],
  ])('trains with a schedule, early stopping and everything else: %s', async (_, recipe) => {
    await expectNoNewTensors(async () => {
      const plan = {
        ...variations.withEnsemble(2)(recipe),
        schedule: (step: number) => 0.01 / (step + 1),
      } as TrainingPlan
      const { program, losses } = await runPlan(
        { ...plan, earlyStopping: { patience: 1, every: 2 } },
        { seed: 1, steps: 6 },
      )
      expect(losses.every(Number.isFinite)).toBe(true)
      const { loss, gradients } = program.stepWithGradients!(recipe.train)
      expect(Object.keys(gradients)).toEqual(Object.keys(program.weights()))
      tf.dispose([
        loss,
        ...Object.values(gradients),
        ...program.activations!(recipe.train.xs).filter((one) => one !== undefined),
      ])
      tf.dispose([program.predictInTraining!(recipe.train.xs)].flat())
      tf.dispose(program.outputLosses!(recipe.train))
      program.optimizer = tf.train.adam(0.01)
      tf.dispose([await program.step(recipe.train)])
      program.disableDropout!()
      program.disablePenalty!()
      expect(program.zeroHead!()).toBe(true)
      program.dispose()
    })
  })

  test('of a varied program; the other way round is refused', async () => {
    await expectNoNewTensors(async () => {
      await trainFive(variations.withEnsemble(2)(variations.withDropout(0.5)(plain)))
      await expect(trainFive(variations.withDropout(0.5)(variations.withEnsemble(2)(plain)))).rejects.toThrow(
        'the variation before withEnsemble',
      )
    })
  })

  test('refuses a factory that gives one optimizer to all', async () => {
    const shared = tf.train.adam(0.01)
    const create = () => classifier({ optimizer: () => shared })
    await expect(openProgram(variations.withEnsemble(2)({ ...plain, create }).create, 1)).rejects.toThrow(
      'withEnsemble: got a factory that gives the same model or optimizer again',
    )
  })
})

test('variations of variations: each change is there, and shared weights are those of the program', async () => {
  const varied = variations.withLearningRate(0.003)(
    variations.withWeightDecay(0.01)(variations.withDropout(0.2)(variations.withBatchSize(4)(plain))),
  )
  await expectNoNewTensors(async () => {
    const [before, after] = [await factsOf(plain.create), await factsOf(varied.create)]
    expect(after.weights).toEqual(before.weights)
    expect(after.layers.map(({ className }) => className)).toEqual(['Dense', 'Dropout', 'Dense'])
    expect(after.optimizer).toEqual(['SGD', { learningRate: 0.003 }])
    await trainFive(varied)
  })
})
