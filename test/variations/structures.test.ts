import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/recipe/recipe.js'
import { openProgram } from '../../src/training/open.js'
import { variations } from '../../src/variations/index.js'
import { classes, smallDigits } from '../programs/data.js'
import { compiled, healthyPrograms } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { recipeOf, trainFive } from './programs.js'

const { dense, concatenate, add, conv2d, flatten, dropout, embedding, lstm } = tf.layers
type Symbolic = tf.SymbolicTensor

const compile = (inputs: Symbolic | Symbolic[], outputs: Symbolic | Symbolic[]) => {
  const model = tf.model({ inputs, outputs })
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' })
  return model
}
const relu = (units: number, name: string) => dense({ units, activation: 'relu', name })
const head = (name = 'head') => dense({ units: 4, activation: 'softmax', name })
const apply = (layer: tf.layers.Layer, to: Symbolic | Symbolic[]) => layer.apply(to) as Symbolic

const halves = recipeOf('two inputs')
const digits = { train: smallDigits(24, 1), validation: smallDigits(12, 2), batchSize: 8 }

/** Name and width of each layer with weights, in order. */
async function widths({ create }: Recipe): Promise<string[]> {
  const program = await openProgram(create, 1)
  const found = program
    .layers!.filter((layer) => layer.getWeights().length > 0)
    .map((layer) => `${layer.name} ${layer.getWeights()[0]!.shape.join('×')}`)
  program.dispose()
  return found
}

async function classesOf({ create }: Recipe): Promise<string[]> {
  const program = await openProgram(create, 1)
  const found = program.layers!.map((layer) => layer.getClassName())
  program.dispose()
  return found
}

/** One tower for both halves. */
const siamese = () => {
  const [left, right] = [tf.input({ shape: [8], name: 'left' }), tf.input({ shape: [8], name: 'right' })]
  const tower = relu(6, 'tower')
  const joined = apply(concatenate(), [apply(tower, left), apply(tower, right)])
  return compile([left, right], apply(head(), joined))
}
const nestedSiamese = () => {
  const [left, right] = [tf.input({ shape: [8], name: 'left' }), tf.input({ shape: [8], name: 'right' })]
  const tower = tf.sequential({ layers: [dense({ inputShape: [8], units: 6, name: 'a' }), relu(4, 'b')] })
  const joined = apply(add(), [apply(tower, left), apply(tower, right)])
  return compile([left, right], apply(head(), joined))
}

describe('a layer called twice', () => {
  test.each([
    ['of its own', siamese, ['tower 8×3', 'head 6×4']],
    ['in a model', nestedSiamese, ['sequential 8×3', 'head 2×4']],
  ])('%s is narrowed once', async (_, create, wanted) => {
    const recipe = variations.withSmallerModel()({ ...halves, create })
    await expectNoNewTensors(async () => {
      expect((await widths(recipe)).map((one) => one.replace(/sequential_\d+/, 'sequential'))).toEqual(wanted)
      await trainFive(recipe)
    })
  })

  test.each([
    ['of its own', siamese, ['tower 8×6', 'head 6×4']],
    ['in a model', nestedSiamese, ['sequential 8×6', 'head 4×4']],
  ])('%s is called once without one of its inputs', async (_, create, wanted) => {
    for (const name of ['left', 'right']) {
      const recipe = variations.withoutFeatures([name])({ ...halves, create })
      await expectNoNewTensors(async () => {
        expect((await widths(recipe)).map((one) => one.replace(/sequential_\d+/, 'sequential'))).toEqual(
          wanted,
        )
        await trainFive(recipe)
      })
    }
  })

  test('has dropout behind both calls', async () => {
    const recipe = variations.withDropout({ rate: 0.5, after: 'tower' })({ ...halves, create: siamese })
    await expectNoNewTensors(async () => {
      expect((await classesOf(recipe)).filter((name) => name === 'Dropout')).toHaveLength(1)
      await trainFive(recipe)
    })
  })
})

test('widths that are added to an input stay; those added to each other change together', async () => {
  const create = () => {
    const input = tf.input({ shape: [16] })
    const first = apply(add(), [input, apply(relu(16, 'kept'), apply(relu(12, 'free'), input))])
    const second = apply(relu(10, 'a'), first)
    return compile(input, apply(head(), apply(add(), [second, apply(relu(10, 'b'), second)])))
  }
  const recipe = variations.withLargerModel(1.5)({ ...recipeOf('SGD at 0.1'), create })
  expect(await widths(recipe)).toEqual(['free 16×18', 'kept 18×16', 'a 16×15', 'b 15×15', 'head 15×4'])
  await trainFive(recipe)
})

test('widths through models inside the model', async () => {
  const { create: _, ...data } = recipeOf('a model inside a model')
  const create = healthyPrograms['a model inside a model']!.create
  const recipe = variations.withSmallerModel(0.25)({ ...data, create })
  await expectNoNewTensors(async () => {
    expect((await widths(recipe)).map((one) => one.split(' ')[1])).toEqual(['16×8', '8×4'])
    await trainFive(recipe)
  })
})

test('widths of both directions and of the states of a sequence to sequence model', async () => {
  const create = () => {
    const input = tf.input({ shape: [8, 2] })
    const both = apply(
      tf.layers.bidirectional({
        layer: tf.layers.gru({ units: 6, returnSequences: true }) as tf.RNN,
        mergeMode: 'concat',
      }),
      input,
    )
    const [sequence, ...states] = lstm({ units: 8, returnSequences: true, returnState: true }).apply(
      both,
    ) as Symbolic[]
    const decoded = lstm({ units: 8 }).apply([sequence!, ...states]) as Symbolic
    const model = tf.model({
      inputs: input,
      outputs: dense({ units: 1, activation: 'sigmoid' }).apply(decoded) as Symbolic,
    })
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy' })
    return model
  }
  const recipe = variations.withSmallerModel()({ ...recipeOf('GRU over sequences'), create })
  expect((await widths(recipe)).map((one) => one.split(' ')[1])).toEqual(['2×9', '6×16', '4×16', '4×1'])
  await trainFive(recipe)
})

test('widths by name', async () => {
  const recipe = variations.withLargerModel({ layers: { tower: 9 } })({ ...halves, create: siamese })
  expect(await widths(recipe)).toEqual(['tower 8×9', 'head 18×4'])
  await expect(
    openProgram(
      variations.withLargerModel({ layers: { head: 9 } })({ ...halves, create: siamese }).create,
      1,
    ),
  ).rejects.toThrow('outputs [n, 4] would become [n, 9]')
  await expect(
    openProgram(
      variations.withLargerModel({ layers: { tawer: 9 } })({ ...halves, create: siamese }).create,
      1,
    ),
  ).rejects.toThrow(
    'withLargerModel: layers: got "tawer", which is no layer with a width; wanted one of tower, head',
  )
})

describe('average pooling in the place of fully connected layers', () => {
  const layers = () => [
    conv2d({ inputShape: [14, 14, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
    flatten(),
    dense({ units: 32 }),
    tf.layers.reLU(),
    dropout({ rate: 0.2 }),
    dense({ units: 10, activation: 'softmax', name: 'head' }),
  ]
  const functional = () => {
    const input = tf.input({ shape: [14, 14, 1] })
    return compile(
      input,
      layers().reduce((tensor, layer) => apply(layer, tensor), input),
    )
  }
  test.each([
    ['sequential', () => compiled(layers())],
    ['functional', functional],
  ])('%s', async (_, create) => {
    const recipe = variations.withSmallerModel({ pool: true })({ ...digits, create })
    await expectNoNewTensors(async () => {
      expect((await classesOf(recipe)).filter((name) => name !== 'InputLayer')).toEqual([
        'Conv2D',
        'GlobalAveragePooling2D',
        'Dropout',
        'Dense',
      ])
      expect((await widths(recipe)).at(-1)).toBe('head 8×10')
      await trainFive(recipe)
    })
  })
})

test('a bias set by hand stays when the layer below it changes', async () => {
  const bias = [0.1, 0.2, 0.3, 0.4]
  const create = () => {
    const model = compiled([dense({ inputShape: [16], units: 8 }), head()])
    tf.tidy(() => model.layers[1]!.setWeights([tf.zeros([8, 4]), tf.tensor1d(bias)]))
    return model
  }
  const program = await openProgram(
    variations.withSmallerModel()({ ...recipeOf('SGD at 0.1'), create }).create,
    1,
  )
  expect([...program.layers![1]!.getWeights()[1]!.dataSync()]).toEqual(bias.map((b) => expect.closeTo(b)))
  program.dispose()
})

describe('weight decay', () => {
  const penaltyOf = async (create: Recipe['create']) => {
    const program = await openProgram(create, 1)
    const weights = Object.entries(program.weights())
    const kernels = weights.filter(([name, weight]) => weight.rank > 1 && !/embedding/.test(name))
    const squares = tf.tidy(
      () => tf.addN(kernels.map(([, weight]) => tf.sum(tf.square(weight)))).dataSync()[0]!,
    )
    const penalty = program.penalty!()
    const value = penalty!.dataSync()[0]!
    penalty!.dispose()
    program.dispose()
    return { value, squares }
  }
  test.each([
    'MLP with softmax on digits',
    'CNN',
    'GRU over sequences',
    'LSTM over sequences, with recurrent dropout',
    'a class for every step of a sequence',
    'a model inside a model',
    'two outputs with different losses',
    'L2 penalty',
    'embedding and mean',
  ])('counts every kernel once: %s', async (name) => {
    const { create } = healthyPrograms[name]!
    const { value, squares } = await penaltyOf(variations.withWeightDecay(0.01)(recipeOf(name)).create)
    expect(value).toBeCloseTo(0.01 * squares, 4)
    expect(create).toBeDefined()
  })

  test('counts both directions, and separable kernels', async () => {
    const both = () =>
      compiled([
        tf.layers.bidirectional({
          inputShape: [8, 2],
          layer: tf.layers.gru({ units: 6 }) as tf.RNN,
          mergeMode: 'concat',
        }),
        head(),
      ])
    const separable = () =>
      compiled([
        tf.layers.separableConv2d({ inputShape: [14, 14, 1], filters: 4, kernelSize: 3 }),
        flatten(),
        head(),
      ])
    for (const create of [both, separable]) {
      await expectNoNewTensors(async () => {
        const { value, squares } = await penaltyOf(
          variations.withWeightDecay(0.01)({ ...digits, create }).create,
        )
        expect(value).toBeCloseTo(0.01 * squares, 4)
      })
    }
  })

  test('stays when the model is changed again', async () => {
    const varied = variations.withSmallerModel()(
      variations.withWeightDecay(0.01)(recipeOf('GRU over sequences')),
    )
    const { value, squares } = await penaltyOf(varied.create)
    expect(value).toBeCloseTo(0.01 * squares, 4)
  })

  test('of 0 takes the penalty away', async () => {
    const program = await openProgram(variations.withWeightDecay(0)(recipeOf('L2 penalty')).create, 1)
    expect(program.penalty!()).toBeUndefined()
    program.dispose()
  })
})

test('a model with fewer features keeps what does not depend on them', async () => {
  const recipe = variations.withoutFeatures({ left: [0, 7], right: [1] })({ ...halves, create: siamese })
  await expect(trainFive(recipe)).rejects.toThrow('withoutFeatures')
  const own = variations.withoutFeatures({ left: [0, 7], right: [1] })(halves)
  await expectNoNewTensors(async () => {
    expect((await widths(own)).map((one) => one.split(' ')[1])).toEqual(['6×16', '7×16', '32×4'])
    await trainFive(own)
  })
})

test('token ids have no columns to leave out', async () => {
  const create = () =>
    compiled([embedding({ inputDim: 20, outputDim: 4, inputLength: 6 }), flatten(), head()])
  const recipe = variations.withoutFeatures([0])({ train: classes(8, 1, { features: 6 }), create })
  await expect(openProgram(recipe.create, 1)).rejects.toThrow('token ids')
})
