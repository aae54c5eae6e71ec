import * as tf from '@tensorflow/tfjs'
import type { Examples, TensorGroup, Trainable } from '../../src/training/trainable.js'
import * as data from './data.js'

/** A training program without a fault: no check may fail on it, whatever the seed. */
export interface HealthyProgram {
  create: () => tf.LayersModel | Trainable
  /** `count` examples, the same for the same seed. */
  data: (count: number, seed: number) => Examples
  /** Examples of the batch to overfit. Default 24. */
  batch?: number
  /** Examples of the training set. Default 400. */
  train?: number
}

const { dense, dropout, batchNormalization, conv2d, flatten, maxPooling2d } = tf.layers

type Optimizer = string | (() => tf.Optimizer)
export interface Compilation {
  optimizer?: Optimizer
  loss?: tf.ModelCompileArgs['loss']
}

/** A compiled sequential model; Adam at 0.005 unless told otherwise. */
export function compiled(
  layers: tf.layers.Layer[],
  { optimizer, loss = 'categoricalCrossentropy' }: Compilation = {},
) {
  const model = tf.sequential({ layers })
  model.compile({
    optimizer: typeof optimizer === 'function' ? optimizer() : (optimizer ?? tf.train.adam(0.005)),
    loss,
  })
  return model
}

/** Two dense layers with relu between, for four classes of 16 features. */
export const classifier = (compilation: Compilation = {}) =>
  compiled(
    [dense({ inputShape: [16], units: 32, activation: 'relu' }), dense({ units: 4, activation: 'softmax' })],
    compilation,
  )

export const healthyPrograms: Record<string, HealthyProgram> = {
  'linear regression': {
    create: () =>
      compiled([dense({ inputShape: [8], units: 1 })], {
        optimizer: () => tf.train.sgd(0.1),
        loss: 'meanSquaredError',
      }),
    data: data.quantities,
  },
  'regression by an MLP, targets with mean 5 and deviation 3': {
    create: () =>
      compiled([dense({ inputShape: [8], units: 32, activation: 'relu' }), dense({ units: 1 })], {
        optimizer: () => tf.train.adam(0.02),
        loss: 'meanSquaredError',
      }),
    data: (count, seed) => data.quantities(count, seed, { offset: 5, scale: 3 }),
  },
  'regression with the absolute error': {
    create: () =>
      compiled([dense({ inputShape: [8], units: 32, activation: 'tanh' }), dense({ units: 1 })], {
        optimizer: () => tf.train.adam(0.01),
        loss: 'meanAbsoluteError',
      }),
    data: data.quantities,
  },
  'logistic regression': {
    create: () =>
      compiled([dense({ inputShape: [16], units: 1, activation: 'sigmoid' })], {
        optimizer: () => tf.train.adam(0.1),
        loss: 'binaryCrossentropy',
      }),
    data: data.yesNo,
    batch: 12,
  },
  'softmax regression, two classes of 20 normal features': {
    create: () =>
      compiled([dense({ inputShape: [20], units: 2, activation: 'softmax' })], {
        optimizer: () => tf.train.adam(0.1),
      }),
    data: (count, seed) => data.classes(count, seed, { features: 20, kinds: 2 }),
    batch: 12,
  },
  'softmax regression, three classes of 20 normal features': {
    create: () =>
      compiled([dense({ inputShape: [20], units: 3, activation: 'softmax' })], {
        optimizer: () => tf.train.adam(0.1),
      }),
    data: (count, seed) => data.classes(count, seed, { features: 20, kinds: 3 }),
    batch: 12,
  },
  'MLP with He initialisation, two classes of 20 normal features': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [20], units: 64, activation: 'relu', kernelInitializer: 'heNormal' }),
          dense({ units: 2, activation: 'softmax', kernelInitializer: 'heNormal' }),
        ],
        {},
      ),
    data: (count, seed) => data.classes(count, seed, { features: 20, kinds: 2 }),
  },
  'MLP with softmax on digits': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [196], units: 32, activation: 'relu' }),
          dense({ units: 10, activation: 'softmax' }),
        ],
        {},
      ),
    data: data.digitVectors,
  },
  'class indices': {
    create: () => classifier({ loss: 'sparseCategoricalCrossentropy' }),
    data: data.classIndices,
  },
  'several labels per example': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [16], units: 32, activation: 'relu' }),
          dense({ units: 3, activation: 'sigmoid' }),
        ],
        { loss: 'binaryCrossentropy', optimizer: () => tf.train.adam(0.01) },
      ),
    data: data.multilabel,
  },
  CNN: {
    create: () =>
      compiled([
        conv2d({ inputShape: [14, 14, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dense({ units: 10, activation: 'softmax' }),
      ]),
    data: data.smallDigits,
  },
  'CNN with batch normalisation and dropout': {
    create: () =>
      compiled([
        conv2d({ inputShape: [14, 14, 1], filters: 8, kernelSize: 3 }),
        batchNormalization(),
        tf.layers.reLU(),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        dropout({ rate: 0.5 }),
        dense({ units: 10, activation: 'softmax' }),
      ]),
    data: data.smallDigits,
  },
  'MLP with batch normalisation and dropout': {
    create: () =>
      compiled([
        dense({ inputShape: [16], units: 32 }),
        batchNormalization(),
        tf.layers.reLU(),
        dropout({ rate: 0.3 }),
        dense({ units: 4, activation: 'softmax' }),
      ]),
    data: data.classes,
  },
  'GRU over sequences': {
    create: () =>
      compiled(
        [tf.layers.gru({ inputShape: [8, 2], units: 12 }), dense({ units: 1, activation: 'sigmoid' })],
        {
          loss: 'binaryCrossentropy',
          optimizer: () => tf.train.adam(0.02),
        },
      ),
    data: data.sequences,
    batch: 16,
  },
  'embedding and mean': {
    create: () =>
      compiled(
        [
          tf.layers.embedding({ inputDim: 20, outputDim: 8, inputLength: 6 }),
          tf.layers.globalAveragePooling1d({}),
          dense({ units: 16, activation: 'relu' }),
          dense({ units: 1, activation: 'sigmoid' }),
        ],
        { loss: 'binaryCrossentropy', optimizer: () => tf.train.adam(0.02) },
      ),
    data: data.tokens,
  },
  'autoencoder with squared error': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [196], units: 48, activation: 'relu' }),
          dense({ units: 196, activation: 'sigmoid' }),
        ],
        { loss: 'meanSquaredError', optimizer: () => tf.train.adam(0.01) },
      ),
    data: data.reconstructions,
  },
  'autoencoder with binary cross-entropy': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [196], units: 48, activation: 'relu' }),
          dense({ units: 196, activation: 'sigmoid' }),
        ],
        { loss: 'binaryCrossentropy', optimizer: () => tf.train.adam(0.01) },
      ),
    data: data.reconstructions,
  },
  'two inputs': {
    create() {
      const left = tf.input({ shape: [8], name: 'left' })
      const right = tf.input({ shape: [8], name: 'right' })
      const joined = tf.layers
        .concatenate()
        .apply([
          dense({ units: 16, activation: 'relu' }).apply(left) as tf.SymbolicTensor,
          dense({ units: 16, activation: 'relu' }).apply(right) as tf.SymbolicTensor,
        ])
      const model = tf.model({
        inputs: [left, right],
        outputs: dense({ units: 4, activation: 'softmax' }).apply(joined) as tf.SymbolicTensor,
      })
      model.compile({ optimizer: tf.train.adam(0.005), loss: 'categoricalCrossentropy' })
      return model
    },
    data(count, seed) {
      const { xs, ys } = data.classes(count, seed)
      const [left, right] = tf.split(xs as tf.Tensor, 2, 1)
      tf.dispose(xs as tf.Tensor)
      return { xs: { left: left!, right: right! }, ys }
    },
  },
  'two outputs with different losses': {
    create() {
      const input = tf.input({ shape: [16] })
      const hidden = dense({ units: 32, activation: 'relu' }).apply(input)
      const model = tf.model({
        inputs: input,
        outputs: [
          dense({ units: 4, activation: 'softmax', name: 'kind' }).apply(hidden) as tf.SymbolicTensor,
          dense({ units: 1, name: 'amount' }).apply(hidden) as tf.SymbolicTensor,
        ],
      })
      model.compile({
        optimizer: tf.train.adam(0.01),
        loss: { kind: 'categoricalCrossentropy', amount: 'meanSquaredError' },
      })
      return model
    },
    data(count, seed) {
      const { xs, ys } = data.classes(count, seed)
      const amount = tf.tidy(() => tf.slice(xs as tf.Tensor2D, [0, 0], [count, 1]).clone())
      return { xs, ys: { kind: ys as tf.Tensor, amount } }
    },
  },
  'custom loss on logits': {
    create: () =>
      compiled([dense({ inputShape: [16], units: 32, activation: 'relu' }), dense({ units: 4 })], {
        loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits),
      }),
    data: data.classes,
  },
  'SGD at 0.1': {
    create: () => classifier({ optimizer: () => tf.train.sgd(0.1) }),
    data: data.classes,
  },
  momentum: {
    create: () => classifier({ optimizer: () => tf.train.momentum(0.05, 0.9) }),
    data: data.classes,
  },
  RMSprop: {
    create: () => classifier({ optimizer: () => tf.train.rmsprop(0.002) }),
    data: data.classes,
  },
  'Adam at 0.001': {
    create: () => classifier({ optimizer: () => tf.train.adam(0.001) }),
    data: data.classes,
  },
  'one positive in ten, output bias at the log-odds': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [16], units: 32, activation: 'relu' }),
          dense({
            units: 1,
            activation: 'sigmoid',
            biasInitializer: tf.initializers.constant({ value: Math.log(0.1 / 0.9) }),
          }),
        ],
        { loss: 'binaryCrossentropy', optimizer: () => tf.train.adam(0.01) },
      ),
    data: (count, seed) => data.yesNo(count, seed, { rare: 0.1 }),
    train: 800,
  },
  'L2 penalty': {
    create: () =>
      compiled([
        dense({
          inputShape: [16],
          units: 32,
          activation: 'relu',
          kernelRegularizer: tf.regularizers.l2({ l2: 1e-3 }),
        }),
        dense({ units: 4, activation: 'softmax', kernelRegularizer: tf.regularizers.l2({ l2: 1e-3 }) }),
      ]),
    data: data.classes,
  },
  'twelve examples': {
    create: () => classifier(),
    data: data.classes,
    batch: 12,
    train: 200,
  },
  'LSTM over sequences, with recurrent dropout': {
    create: () =>
      compiled(
        [
          tf.layers.lstm({ inputShape: [8, 2], units: 12, dropout: 0.1, recurrentDropout: 0.1 }),
          dense({ units: 1, activation: 'sigmoid' }),
        ],
        { loss: 'binaryCrossentropy', optimizer: () => tf.train.adam(0.02) },
      ),
    data: data.sequences,
    batch: 16,
  },
  'convolution over time': {
    create: () =>
      compiled(
        [
          tf.layers.conv1d({ inputShape: [8, 2], filters: 8, kernelSize: 3, activation: 'relu' }),
          tf.layers.globalMaxPooling1d({}),
          dense({ units: 1, activation: 'sigmoid' }),
        ],
        { loss: 'binaryCrossentropy', optimizer: () => tf.train.adam(0.02) },
      ),
    data: data.sequences,
    batch: 16,
  },
  'a class for every step of a sequence': {
    create: () =>
      compiled(
        [
          tf.layers.simpleRNN({ inputShape: [8, 2], units: 16, returnSequences: true }),
          tf.layers.timeDistributed({ layer: dense({ units: 2, activation: 'softmax' }) }),
        ],
        { optimizer: () => tf.train.adam(0.02) },
      ),
    data(count, seed) {
      const { xs, ys } = data.sequences(count, seed)
      tf.dispose(ys as tf.Tensor)
      const labels = tf.tidy(() => {
        const [left, right] = tf.split(tf.cumsum(xs as tf.Tensor, 1), 2, 2)
        const first = tf.greater(left!, right!).toFloat()
        return tf.concat([first, tf.sub(1, first)], 2)
      })
      return { xs, ys: labels }
    },
    batch: 8,
  },
  'two layers with a shortcut': {
    create() {
      const input = tf.input({ shape: [16] })
      const first = dense({ units: 16, activation: 'relu' }).apply(input) as tf.SymbolicTensor
      const sum = tf.layers.add().apply([input, first]) as tf.SymbolicTensor
      const model = tf.model({
        inputs: input,
        outputs: dense({ units: 4, activation: 'softmax' }).apply(sum) as tf.SymbolicTensor,
      })
      model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' })
      return model
    },
    data: data.classes,
  },
  'a model inside a model': {
    create: () =>
      compiled([
        tf.sequential({ layers: [dense({ inputShape: [16], units: 32, activation: 'relu' })] }),
        tf.sequential({ layers: [dense({ inputShape: [32], units: 4, activation: 'softmax' })] }),
      ]),
    data: data.classes,
  },
  'smoothed labels': {
    create: () => classifier(),
    data(count, seed) {
      const { xs, ys } = data.classes(count, seed)
      const smoothed = tf.tidy(() => tf.add(tf.mul(ys as tf.Tensor, 0.9), 0.025))
      tf.dispose(ys as tf.Tensor)
      return { xs, ys: smoothed }
    },
  },
  'Kullback-Leibler divergence of smoothed labels': {
    create: () => classifier({ loss: 'kullbackLeiblerDivergence' }),
    data(count, seed) {
      const { xs, ys } = data.classes(count, seed)
      const smoothed = tf.tidy(() => tf.add(tf.mul(ys as tf.Tensor, 0.9), 0.025))
      tf.dispose(ys as tf.Tensor)
      return { xs, ys: smoothed }
    },
  },
  'class weights': {
    create: () => classifier(),
    data: (count, seed) => ({ ...data.classes(count, seed), classWeight: { 0: 1, 1: 2, 2: 0.5, 3: 3 } }),
  },
  'weights of examples': {
    create: () => classifier(),
    data: (count, seed) => ({
      ...data.classes(count, seed),
      sampleWeight: tf.tensor1d(Array.from({ length: count }, (_, i) => 0.5 + (i % 3))),
    }),
  },
  'hinge of signs': {
    create: () =>
      compiled(
        [dense({ inputShape: [16], units: 32, activation: 'relu' }), dense({ units: 1, activation: 'tanh' })],
        {
          loss: 'hinge',
          optimizer: () => tf.train.adam(0.01),
        },
      ),
    data: data.signs,
  },
  'squared hinge of signs': {
    create: () =>
      compiled([dense({ inputShape: [16], units: 32, activation: 'relu' }), dense({ units: 1 })], {
        loss: 'squaredHinge',
        optimizer: () => tf.train.adam(0.01),
      }),
    data: data.signs,
  },
  'categorical hinge': {
    create: () =>
      compiled([dense({ inputShape: [16], units: 32, activation: 'relu' }), dense({ units: 4 })], {
        loss: 'categoricalHinge',
        optimizer: () => tf.train.adam(0.01),
      }),
    data: data.classes,
  },
  'Huber loss by hand-picked function': {
    create: () =>
      compiled([dense({ inputShape: [8], units: 32, activation: 'relu' }), dense({ units: 1 })], {
        loss: (labels, predictions) => tf.losses.huberLoss(labels, predictions),
        optimizer: () => tf.train.adam(0.01),
      }),
    data: data.quantities,
  },
  'Poisson counts': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [8], units: 32, activation: 'relu' }),
          dense({ units: 1, activation: 'softplus' }),
        ],
        { loss: 'poisson', optimizer: () => tf.train.adam(0.01) },
      ),
    data: data.counts,
  },
  'a hundred classes': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [32], units: 64, activation: 'relu' }),
          dense({ units: 100, activation: 'softmax' }),
        ],
        {
          optimizer: () => tf.train.adam(0.01),
        },
      ),
    data: (count, seed) => data.classes(count, seed, { features: 32, kinds: 100 }),
    train: 2000,
  },
  'He uniform, leaky relu and a sigmoid head over 64 features': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [64], units: 64, kernelInitializer: 'heUniform' }),
          tf.layers.leakyReLU({ alpha: 0.1 }),
          dense({ units: 64, kernelInitializer: 'heUniform' }),
          tf.layers.leakyReLU({ alpha: 0.1 }),
          dense({ units: 1, activation: 'sigmoid' }),
        ],
        { loss: 'binaryCrossentropy' },
      ),
    data: (count, seed) => data.yesNo(count, seed, { features: 64 }),
    train: 1000,
  },
  'SELU with alpha dropout': {
    create: () =>
      compiled([
        dense({ inputShape: [16], units: 32, activation: 'selu', kernelInitializer: 'leCunNormal' }),
        tf.layers.alphaDropout({ rate: 0.1 }),
        dense({ units: 4, activation: 'softmax', kernelInitializer: 'leCunNormal' }),
      ]),
    data: data.classes,
  },
  'standardised digits': {
    create: () =>
      compiled([
        conv2d({ inputShape: [14, 14, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
        flatten(),
        dense({ units: 10, activation: 'softmax' }),
      ]),
    data(count, seed) {
      const { xs, ys } = data.smallDigits(count, seed)
      const standardised = tf.tidy(() => tf.div(tf.sub(xs as tf.Tensor, 0.13), 0.31))
      tf.dispose(xs as tf.Tensor)
      return { xs: standardised, ys }
    },
  },
  'contradicting duplicates': {
    create: () => classifier({ optimizer: () => tf.train.adam(0.01) }),
    data(count, seed) {
      const { xs, ys } = data.classes(count, seed)
      const repeated = tf.tidy(() => {
        const inputs = xs as tf.Tensor2D
        return tf.concat([tf.slice(inputs, 1, 1), tf.slice(inputs, 1, count - 1)], 0)
      })
      tf.dispose(xs as tf.Tensor)
      return { xs: repeated, ys }
    },
  },
  'targets around 300, their mean in the bias': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [8], units: 32, activation: 'relu' }),
          dense({ units: 1, biasInitializer: tf.initializers.constant({ value: 300 }) }),
        ],
        { loss: 'meanSquaredError', optimizer: () => tf.train.adam(0.05) },
      ),
    data: (count, seed) => data.quantities(count, seed, { offset: 300, scale: 20 }),
  },
  'loop written by hand': {
    create: () => new HandWrittenClassifier(16, 4),
    data: data.classes,
  },
}

/** A two-layer network trained by hand, for the `Trainable` interface: only the methods that must be there. */
export class HandWrittenClassifier implements Trainable {
  readonly optimizer = tf.train.adam(0.01)
  private readonly variables: Record<string, tf.Variable>

  constructor(features: number, kinds: number, hidden = 32) {
    this.variables = {
      w1: tf.tidy(() => tf.variable(tf.randomNormal([features, hidden], 0, 1 / Math.sqrt(features)))),
      b1: tf.tidy(() => tf.variable(tf.zeros([hidden]))),
      w2: tf.tidy(() => tf.variable(tf.randomNormal([hidden, kinds], 0, 1 / Math.sqrt(hidden)))),
      b2: tf.tidy(() => tf.variable(tf.zeros([kinds]))),
    }
  }

  predict(xs: TensorGroup): tf.Tensor {
    return tf.tidy(() => tf.softmax(this.logits(xs as tf.Tensor2D)))
  }

  loss({ xs, ys }: Examples): tf.Scalar {
    return tf.tidy(() =>
      tf.losses.softmaxCrossEntropy(ys as tf.Tensor2D, this.logits(xs as tf.Tensor2D)).asScalar(),
    )
  }

  step(batch: Examples): tf.Scalar {
    return this.optimizer.minimize(() => this.loss(batch), true, Object.values(this.variables))!
  }

  weights(): Record<string, tf.Variable> {
    return this.variables
  }

  dispose(): void {
    tf.dispose(Object.values(this.variables))
    this.optimizer.dispose()
  }

  private logits(xs: tf.Tensor2D): tf.Tensor2D {
    const { w1, b1, w2, b2 } = this.variables
    return tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(xs, w1 as tf.Tensor2D), b1!)), w2 as tf.Tensor2D), b2!)
  }
}
