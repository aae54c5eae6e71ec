import * as tf from '@tensorflow/tfjs'
import { afterAll, describe, expect, test } from 'vitest'
import { openProgram } from '../../src/training/open.js'
import { withSeed } from '../../src/training/seed.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import { classes, classIndices, quantities, sequences, smallDigits } from '../programs/data.js'
import { classifier, compiled, healthyPrograms } from '../programs/healthy.js'
import { expectNoNewTensors } from './expect-no-new-tensors.js'
import { bytesOf } from './weight-bytes.js'

const { dense } = tf.layers
const batch = classes(24, 1)
const read = (scalar: tf.Scalar) => {
  const value = scalar.dataSync()[0]!
  scalar.dispose()
  return value
}
const open = async <Result>(
  create: () => tf.LayersModel | Trainable,
  use: (program: Trainable) => Result | Promise<Result>,
  seed = 3,
) => {
  const program = await openProgram(create, seed)
  try {
    return await use(program)
  } finally {
    program.dispose()
  }
}
const freeModel = (model: tf.LayersModel) => {
  const { optimizer } = model
  model.dispose()
  optimizer.dispose()
}
const weightBytes = (program: Trainable) => bytesOf(Object.values(program.weights()))

const twoOutputs = healthyPrograms['two outputs with different losses']!

describe('a step is the one that trainOnBatch makes, bit for bit', () => {
  const programs: Record<string, { create: () => tf.LayersModel; batch: Examples }> = {
    'MLP with Adam': { create: classifier, batch },
    'CNN with batch normalisation and dropout': {
      create: healthyPrograms['CNN with batch normalisation and dropout']!.create as () => tf.LayersModel,
      batch: smallDigits(16, 1),
    },
    'two outputs': { create: twoOutputs.create as () => tf.LayersModel, batch: twoOutputs.data(16, 1) },
    'two inputs': {
      create: healthyPrograms['two inputs']!.create as () => tf.LayersModel,
      batch: healthyPrograms['two inputs']!.data(16, 1),
    },
    'L2 penalty and metrics': {
      create() {
        const model = tf.sequential({
          layers: [
            dense({
              inputShape: [16],
              units: 8,
              activation: 'relu',
              kernelRegularizer: tf.regularizers.l1l2({ l1: 0.01, l2: 0.01 }),
            }),
            dense({ units: 4, activation: 'softmax' }),
          ],
        })
        model.compile({
          optimizer: 'rmsprop',
          loss: 'categoricalCrossentropy',
          metrics: [
            'accuracy',
            (labels: tf.Tensor, predictions: tf.Tensor) => tf.mean(tf.abs(tf.sub(labels, predictions))),
          ],
        })
        return model
      },
      batch,
    },
  }

  test.each(Object.entries(programs))('%s', async (_name, { create, batch }) => {
    const model = withSeed(7, create)
    const expected = await withSeed(8, async () => {
      const losses: number[] = []
      for (let i = 0; i < 5; i++) {
        const { xs, ys } = batch
        losses.push([await model.trainOnBatch(xs as tf.Tensor, ys as tf.Tensor)].flat()[0] as number)
      }
      return { losses, weights: bytesOf(model.getWeights()) }
    })
    freeModel(model)
    await expectNoNewTensors(() =>
      open(
        create,
        (program) =>
          withSeed(8, async () => {
            const losses = []
            for (let i = 0; i < 5; i++) losses.push(read(await program.step(batch)))
            expect(losses).toEqual(expected.losses)
            expect(bytesOf((program as unknown as { model: tf.LayersModel }).model.getWeights())).toEqual(
              expected.weights,
            )
          }),
        7,
      ),
    )
  })

  test('and one that keeps its gradients changes nothing', async () => {
    const train = (withGradients: boolean) =>
      open(classifier, (program) => {
        const losses = Array.from({ length: 4 }, () => {
          if (!withGradients) return read(program.step(batch) as tf.Scalar)
          const { loss, gradients } = program.stepWithGradients!(batch)
          expect(Object.keys(gradients)).toEqual(Object.keys(program.weights()))
          tf.dispose(gradients)
          return read(loss)
        })
        return { losses, weights: weightBytes(program) }
      })
    expect(await train(true)).toEqual(await train(false))
  })
})

describe('class and sample weights', () => {
  const weightsByClass = { 0: 0.5, 1: 2, 2: 1, 3: 3 }

  test.each([
    ['one-hot labels', classes(24, 5), 'categoricalCrossentropy'],
    ['class indices as integers', classIndices(24, 5), 'sparseCategoricalCrossentropy'],
  ])('with %s a step is that of fit with classWeight, bit for bit', async (_name, { xs, ys }, loss) => {
    const floats = (ys as tf.Tensor).toFloat()
    const model = withSeed(7, () => classifier({ loss }))
    const history = await model.fit(xs as tf.Tensor, floats, {
      classWeight: weightsByClass,
      batchSize: 24,
      shuffle: false,
      verbose: 0,
    })
    const expected = bytesOf(model.getWeights())
    freeModel(model)
    await expectNoNewTensors(() =>
      open(
        () => classifier({ loss }),
        async (program) => {
          const first = read(await program.step({ xs, ys, classWeight: weightsByClass }))
          expect(first).toBeCloseTo(history.history.loss![0] as number, 5)
          expect(weightBytes(program)).toEqual(expected)
        },
        7,
      ),
    )
    tf.dispose([floats, xs as tf.Tensor, ys as tf.Tensor])
  })

  test('sample weights multiply the loss of each example', async () => {
    const sampleWeight = tf.tensor1d(Array.from({ length: 24 }, (_, i) => i / 10))
    await open(classifier, (program) => {
      const predictions = program.predict(batch.xs) as tf.Tensor
      const byHand = read(
        tf.tidy(() =>
          tf
            .mean(
              tf.mul(tf.metrics.categoricalCrossentropy(batch.ys as tf.Tensor, predictions), sampleWeight),
            )
            .asScalar(),
        ),
      )
      predictions.dispose()
      expect(read(program.loss({ ...batch, sampleWeight }))).toBeCloseTo(byHand, 6)
      expect(read(program.step({ ...batch, sampleWeight }) as tf.Scalar)).toBeCloseTo(byHand, 6)
    })
    sampleWeight.dispose()
  })

  test('a class without a weight is an error that frees everything', async () => {
    await expectNoNewTensors(() =>
      open(classifier, (program) => {
        expect(() => program.step({ ...batch, classWeight: { 0: 1 } })).toThrow(
          /classWeight: got no weight for class \d/,
        )
      }),
    )
  })
})

describe('the loss in inference mode', () => {
  test.each(Object.entries(healthyPrograms).filter(([name]) => !/by hand|two outputs|weights/.test(name)))(
    'is what model.evaluate gives: %s',
    async (_name, { create, data }) => {
      const examples = data(12, 2)
      await expectNoNewTensors(() =>
        open(create, (program) => {
          const { model } = program as unknown as { model: tf.LayersModel }
          const { xs, ys } = examples
          const floats = ys instanceof tf.Tensor ? (ys as tf.Tensor).toFloat() : undefined
          const evaluated = [
            model.evaluate(xs as tf.Tensor, floats ?? (ys as tf.Tensor), { batchSize: 12 }),
          ].flat()
          const expected = evaluated[0]!.dataSync()[0]!
          tf.dispose([...evaluated, floats].filter((tensor) => tensor !== undefined))
          expect(read(program.loss(examples))).toBeCloseTo(expected, 4)
          const perOutput = program.outputLosses!(examples).map(read)
          expect(perOutput.reduce((sum, loss) => sum + loss, 0)).toBeCloseTo(expected, 4)
        }),
      )
    },
  )

  test('is that of the labels by name, in any order of the names', async () => {
    const { xs, ys } = twoOutputs.data(8, 1)
    const { kind, amount } = ys as Record<string, tf.Tensor>
    await open(twoOutputs.create, (program) => {
      const one = read(program.loss({ xs, ys: { kind: kind!, amount: amount! } }))
      expect(read(program.loss({ xs, ys: { amount: amount!, kind: kind! } }))).toBe(one)
      expect(read(program.loss({ xs, ys: [kind!, amount!] }))).toBe(one)
    })
  })
})

describe('losses given to compile', () => {
  const functional = (loss: tf.ModelCompileArgs['loss']) => () => {
    const model = twoOutputs.create() as tf.LayersModel
    model.compile({ optimizer: 'sgd', loss })
    return model
  }
  const squared = (labels: tf.Tensor, predictions: tf.Tensor) =>
    tf.losses.meanSquaredError(labels, predictions)

  test.each([
    ['one name', 'meanSquaredError', ['meanSquaredError', 'meanSquaredError']],
    [
      'an array',
      ['categoricalCrossentropy', 'meanAbsoluteError'],
      ['categoricalCrossentropy', 'meanAbsoluteError'],
    ],
    [
      'names by output',
      { amount: 'meanSquaredError', kind: 'kullbackLeiblerDivergence' },
      ['kullbackLeiblerDivergence', 'meanSquaredError'],
    ],
    ['functions among names', ['categoricalCrossentropy', squared], undefined],
  ] as const)('%s', async (_name, loss, kinds) => {
    await open(functional(loss as tf.ModelCompileArgs['loss']), (program) => {
      expect(program.lossDescriptions?.map(({ kind }) => kind)).toEqual(kinds)
    })
  })
})

describe('switches', () => {
  test('disableDropout makes steps independent of random numbers', async () => {
    const { create } = healthyPrograms['MLP with batch normalisation and dropout']!
    const losses = (random: number, off: boolean) =>
      open(create, async (program) => {
        if (off) program.disableDropout!()
        return withSeed(random, async () => [
          read(await program.step(batch)),
          read(await program.step(batch)),
        ])
      })
    expect(await losses(1, true)).toEqual(await losses(2, true))
    expect(await losses(1, false)).not.toEqual(await losses(2, false))
  })

  test('disableDropout reaches recurrent layers', async () => {
    const create = () =>
      compiled(
        [
          tf.layers.lstm({ inputShape: [8, 2], units: 6, dropout: 0.5, recurrentDropout: 0.5 }),
          dense({ units: 1, activation: 'sigmoid' }),
        ],
        { loss: 'binaryCrossentropy' },
      )
    const examples = sequences(12, 1)
    const losses = (random: number) =>
      expectNoNewTensors(() =>
        open(create, async (program) => {
          program.disableDropout!()
          return withSeed(random, async () => read(await program.step(examples)))
        }),
      )
    expect(await losses(1)).toBe(await losses(2))
  })

  test('the penalty is that of the regularisers, and can be left out of the steps', async () => {
    const l2 = () => tf.regularizers.l2({ l2: 0.1 })
    const create = () =>
      compiled([
        dense({ inputShape: [16], units: 8, kernelRegularizer: l2() }),
        dense({ units: 4, activation: 'softmax', biasRegularizer: l2() }),
      ])
    await expectNoNewTensors(() =>
      open(create, (program) => {
        const kernel = Object.values(program.weights())[0]!
        const byHand = Array.from(kernel.dataSync()).reduce((sum, weight) => sum + 0.1 * weight ** 2, 0)
        expect(read(program.penalty!()!)).toBeCloseTo(byHand, 4)
        const data = read(program.loss(batch))
        expect(read(program.step(batch) as tf.Scalar)).toBeCloseTo(data + byHand, 4)
        program.disablePenalty!()
        expect(program.penalty!()).toBeUndefined()
        const without = read(program.loss(batch))
        expect(read(program.step(batch) as tf.Scalar)).toBeCloseTo(without, 4)
      }),
    )
  })

  test('zeroHead zeroes the head of every output', async () => {
    const { xs } = twoOutputs.data(4, 1)
    await expectNoNewTensors(() =>
      open(twoOutputs.create, (program) => {
        expect(program.zeroHead!()).toBe(true)
        const [kind, amount] = program.predict(xs) as tf.Tensor[]
        expect([...kind!.dataSync()]).toEqual(new Array(16).fill(0.25))
        expect([...amount!.dataSync()]).toEqual([0, 0, 0, 0])
        tf.dispose([kind!, amount!])
      }),
    )
  })

  test.each([
    [
      'an activation and dropout after it',
      [dense({ units: 4 }), tf.layers.dropout({ rate: 0.5 }), tf.layers.softmax()],
      true,
    ],
    [
      'a reshape after it',
      [
        dense({ units: 4 }),
        tf.layers.reshape({ targetShape: [4] }),
        tf.layers.activation({ activation: 'softmax' }),
      ],
      true,
    ],
    ['batch normalisation after it', [dense({ units: 4 }), tf.layers.batchNormalization()], false],
  ])('zeroHead finds the head with %s: %o', async (_name, layers, found) => {
    await open(
      () => compiled([dense({ inputShape: [16], units: 8 }), ...layers]),
      (program) => expect(program.zeroHead!()).toBe(found),
    )
  })

  test('zeroHead leaves a head alone that it cannot find', async () => {
    const create = () =>
      compiled([tf.layers.lstm({ inputShape: [8, 2], units: 1 })], { loss: 'meanSquaredError' })
    await open(create, (program) => {
      const before = weightBytes(program)
      expect(program.zeroHead!()).toBe(false)
      expect(weightBytes(program)).toEqual(before)
    })
  })

  test('activations gives the outputs of the layers and leaves the model usable', async () => {
    await expectNoNewTensors(() =>
      open(classifier, (program) => {
        const outputs = program.activations!(batch.xs)
        expect(outputs.map((output) => output?.shape)).toEqual([
          [24, 32],
          [24, 4],
        ])
        tf.dispose(outputs.filter((output) => output !== undefined))
        expect(read(program.step(batch) as tf.Scalar)).toBeGreaterThan(0)
      }),
    )
  })

  test('predictInTraining normalises with the batch, and the loss does not', async () => {
    const create = () =>
      compiled([tf.layers.batchNormalization({ inputShape: [8], momentum: 0.5 }), dense({ units: 1 })], {
        loss: 'meanSquaredError',
      })
    const examples = quantities(16, 1, { features: 8 })
    await expectNoNewTensors(() =>
      open(create, (program) => {
        const [training, inference] = [
          program.predictInTraining!(examples.xs),
          program.predict(examples.xs),
        ] as tf.Tensor[]
        expect(training!.dataSync()).not.toEqual(inference!.dataSync())
        tf.dispose([training!, inference!])
      }),
    )
  })
})

test('another optimizer takes over, and the first is freed with the program', async () => {
  await expectNoNewTensors(() =>
    open(
      () => classifier({ optimizer: () => tf.train.momentum(0.1, 0.9) }),
      async (program) => {
        read(await program.step(batch))
        program.optimizer = tf.train.sgd(0)
        const before = weightBytes(program)
        read(await program.step(batch))
        expect(weightBytes(program)).toEqual(before)
        program.optimizer = tf.train.adam(0.1)
        read(await program.step(batch))
        expect(weightBytes(program)).not.toEqual(before)
      },
    ),
  )
})

test('integer class indices can be used inside a tidy and again after it', async () => {
  const examples = classIndices(8, 1)
  await expectNoNewTensors(() =>
    open(
      () => classifier({ loss: 'sparseCategoricalCrossentropy' }),
      (program) => {
        const inside = tf.tidy(() => program.loss(examples).dataSync()[0]!)
        expect(read(program.loss(examples))).toBe(inside)
      },
    ),
  )
})

afterAll(() => tf.dispose([batch.xs as tf.Tensor, batch.ys as tf.Tensor]))
