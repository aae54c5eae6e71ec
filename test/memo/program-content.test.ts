import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { faulty, healthy } from '../../fixtures/zoo/index.js'
import { disposeData } from '../../fixtures/zoo/program.js'
import { digestOf } from '../../src/memo/content.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { contentUnder } from './content-under.js'

interface Settings {
  units?: number
  activation?: 'relu' | 'tanh'
  rate?: number
  dropout?: number
  l2?: number
  loss?: unknown
  metrics?: unknown
  optimizer?: tf.Optimizer
  name?: string
  frozen?: boolean
  before?: tf.layers.Layer[]
}

function createModel(settings: Settings = {}): tf.Sequential {
  const { units = 8, activation = 'relu', rate = 0.01, dropout = 0.1, l2 = 1e-3, before = [] } = settings
  const {
    loss = 'categoricalCrossentropy',
    metrics = ['accuracy'],
    optimizer = tf.train.adam(rate),
  } = settings
  const kernelRegularizer = tf.regularizers.l2({ l2 })
  const model = tf.sequential()
  for (const layer of before) model.add(layer)
  model.add(tf.layers.dense({ inputShape: [4], units, activation, kernelRegularizer }))
  model.add(tf.layers.dropout({ rate: dropout }))
  model.add(
    tf.layers.dense({ units: 3, activation: 'softmax', ...(settings.name && { name: settings.name }) }),
  )
  if (settings.frozen) model.layers[0]!.trainable = false
  model.compile({ optimizer, loss: loss as string, metrics: metrics as string[] })
  return model
}

const contentOf = (create: () => unknown, seed = 42) => contentUnder(create as () => tf.LayersModel, seed)

test('is the same for models that are made alike, whatever number their layers have', async () => {
  const content = await expectNoNewTensors(() => contentOf(() => createModel()))
  expect(content).toMatch(/^[0-9a-f]{64}$/)
  expect(await contentOf(() => createModel())).toBe(content)
  expect(await contentOf(() => createModel({ name: 'head' }))).toBe(content)
})

test.each<[string, () => unknown]>([
  ['units', () => createModel({ units: 9 })],
  ['the activation', () => createModel({ activation: 'tanh' })],
  ['the learning rate', () => createModel({ rate: 0.02 })],
  ['a rate assigned later', () => rateAssigned(createModel())],
  ['another optimizer', () => createModel({ optimizer: tf.train.rmsprop(0.01) })],
  ['a setting of the optimizer', () => createModel({ optimizer: tf.train.adam(0.01, 0.8) })],
  ['dropout', () => createModel({ dropout: 0.2 })],
  ['a penalty', () => createModel({ l2: 2e-3 })],
  ['the loss', () => createModel({ loss: 'meanSquaredError' })],
  ['the loss as a function of TensorFlow.js', () => createModel({ loss: tf.losses.softmaxCrossEntropy })],
  ['metrics', () => createModel({ metrics: ['mse'] })],
  ['a frozen layer', () => createModel({ frozen: true })],
  ['a layer more', () => createModel({ before: [tf.layers.dense({ inputShape: [4], units: 4 })] })],
  ['one weight', () => oneWeightChanged(createModel())],
])('tells %s', async (_, create) => {
  const content = await contentOf(create)
  expect(content).toBeDefined()
  expect(content).not.toBe(await contentOf(() => createModel()))
})

function rateAssigned(model: tf.Sequential): tf.Sequential {
  ;(model.optimizer as unknown as { learningRate: number }).learningRate = 0.02
  return model
}

function oneWeightChanged(model: tf.Sequential): tf.Sequential {
  const kernel = model.layers[0]!.getWeights()[0]!
  tf.tidy(() => {
    const values = kernel.dataSync().slice()
    values[3]! += 1e-7
    model.layers[0]!.setWeights([tf.tensor(values, kernel.shape), model.layers[0]!.getWeights()[1]!])
  })
  return model
}

test('tells the seed', async () => {
  expect(await contentOf(() => createModel(), 1)).not.toBe(await contentOf(() => createModel(), 2))
})

class OwnLayer extends tf.layers.Layer {
  static className = 'OwnLayerOfThisTest'
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul([inputs].flat()[0]!, 2)
  }
}

class OwnAdam extends tf.AdamOptimizer {}

class RegisteredInitializer extends tf.serialization.Serializable {
  static className = 'RegisteredInitializerOfThisTest'
  getConfig = () => ({})
  apply = (shape: tf.Shape) => tf.zeros(shape as number[])
}

test.each<[string, () => unknown]>([
  ['a layer', () => createModel({ before: [new OwnLayer({ inputShape: [4] } as never)] })],
  ['a loss', () => createModel({ loss: (y: tf.Tensor, p: tf.Tensor) => tf.sub(y, p).square().mean() })],
  ['a metric', () => createModel({ metrics: [(y: tf.Tensor, p: tf.Tensor) => tf.sub(y, p).mean()] })],
  ['an optimizer', () => createModel({ optimizer: new OwnAdam(0.01, 0.9, 0.999) })],
  ['a method of the model', () => Object.assign(createModel(), { trainOnBatch: () => 0 })],
  ['a method of a layer', () => withField(createModel(), 'call', (xs: tf.Tensor) => xs)],
  ['a call hook', () => withCallHook(createModel())],
  ['a penalty', () => withPenalty(createModel())],
  ['an initializer', () => withField(createModel(), 'kernelInitializer', new RegisteredInitializer())],
  ['a used optimizer', () => withUsedOptimizer(createModel())],
])('is unknown where %s is of the user', async (_, create) => {
  expect(await contentOf(create)).toBeUndefined()
})

function withField(model: tf.Sequential, name: string, value: unknown): tf.Sequential {
  Object.assign(model.layers[0]!, { [name]: value })
  return model
}

function withCallHook(model: tf.Sequential): tf.Sequential {
  model.layers[0]!.setCallHook(() => {})
  return model
}

function withPenalty(model: tf.Sequential): tf.Sequential {
  model.layers[0]!.addLoss(() => tf.scalar(1))
  return model
}

function withUsedOptimizer(model: tf.Sequential): tf.Sequential {
  tf.tidy(() => {
    const gradients = model.trainableWeights.map((weight) => tf.onesLike(weight.read()))
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
    model.optimizer.applyGradients(variables.map(({ name }, i) => ({ name, tensor: gradients[i]! })))
  })
  return model
}

test('the programs of the zoo are told apart, but for those that are the same', async () => {
  const programs = [...healthy, ...faulty]
  const known = new Map<string, typeof programs>()
  let told = 0
  for (const program of programs) {
    const content = await contentUnder(program.create, 42)
    if (content === undefined) continue
    told++
    known.set(content, [...(known.get(content) ?? []), program])
  }
  expect(told).toBeGreaterThan(200)
  const same: string[][] = []
  for (const alike of [...known.values()].filter(({ length }) => length > 1)) {
    const groups = new Map<string, string[]>()
    for (const { name, data, recipe } of alike) {
      const examples = data(42)
      const { batchSize, shuffle, causal, steps } = recipe ?? {}
      const key = digestOf([
        examples,
        { batchSize, shuffle, causal, steps },
        String(recipe?.schedule ?? ''),
        String(recipe?.augment ?? ''),
      ])
      disposeData(examples)
      groups.set(key, [...(groups.get(key) ?? []), name])
    }
    same.push(...[...groups.values()].filter(({ length }) => length > 1))
  }
  expect(same).toEqual([
    ['digits, MLP', 'digits, MLP: twin of redundant softmax'],
    ['digits, CNN: twin of missing normalisation', 'digits, CNN: twin of wrong loss reduction (sum)'],
  ])
}, 60_000)
