import * as tf from '@tensorflow/tfjs'
import type { CauseName } from '../../src/checks/result.js'
import type { Examples, Trainable } from '../../src/training/trainable.js'
import * as data from './data.js'
import { classifier, compiled, HandWrittenClassifier } from './healthy.js'

/** A training program with one fault, and the check that has to name it. */
export interface FaultyProgram {
  create: () => tf.LayersModel | Trainable
  data?: (count: number, seed: number) => Examples
  /** What each check has to name first; where several names are right, any of them. */
  initLoss?: CauseName[]
  overfit?: CauseName[]
  baseline?: CauseName[]
  /** The goal, for losses that are none of the standard ones. */
  goal?: number
}

const { dense } = tf.layers

/** Applies any function of one tensor. Never registered for deserialisation, like most users' own layers. */
export class Apply extends tf.layers.Layer {
  static className = 'Apply'
  constructor(private readonly change: (tensor: tf.Tensor) => tf.Tensor) {
    super({})
  }
  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.change(Array.isArray(inputs) ? inputs[0]! : inputs))
  }
}

type LossFunction = (labels: tf.Tensor, predictions: tf.Tensor) => tf.Tensor
const crossEntropy: LossFunction = (labels, predictions) =>
  tf.metrics.categoricalCrossentropy(labels, predictions)
const hidden = (settings: Partial<Parameters<typeof dense>[0]> = {}) =>
  dense({ inputShape: [16], units: 32, activation: 'relu', ...settings })
const softmaxHead = (settings: Partial<Parameters<typeof dense>[0]> = {}) =>
  dense({ units: 4, activation: 'softmax', ...settings })
const wide = tf.initializers.randomNormal({ mean: 0, stddev: 1 })

const timesTwoFiftyFive = (count: number, seed: number) => {
  const { xs, ys } = data.digitVectors(count, seed)
  const scaled = tf.mul(xs as tf.Tensor, 255)
  tf.dispose(xs as tf.Tensor)
  return { xs: scaled, ys }
}

const shuffledLabels = (count: number, seed: number): Examples => {
  const { xs, ys } = data.classes(count, seed)
  const others = data.classes(count, seed + 500)
  tf.dispose([ys as tf.Tensor, others.xs as tf.Tensor])
  return { xs, ys: others.ys }
}

export const faultyPrograms: Record<string, FaultyProgram> = {
  'learning rate 0': {
    create: () => classifier({ optimizer: () => tf.train.sgd(0) }),
    overfit: ['learning-rate-too-low'],
    baseline: ['learning-rate-too-low'],
  },
  'learning rate 1e-7, SGD': {
    create: () => classifier({ optimizer: () => tf.train.sgd(1e-7) }),
    overfit: ['learning-rate-too-low'],
    baseline: ['learning-rate-too-low'],
  },
  'learning rate 1e-6, Adam': {
    create: () => classifier({ optimizer: () => tf.train.adam(1e-6) }),
    overfit: ['learning-rate-too-low'],
    baseline: ['learning-rate-too-low'],
  },
  'learning rate 1e-5, Adam': {
    create: () => classifier({ optimizer: () => tf.train.adam(1e-5) }),
    overfit: ['learning-rate-too-low'],
  },
  'learning rate 1e4, SGD': {
    create: () => classifier({ optimizer: () => tf.train.sgd(1e4) }),
    overfit: ['learning-rate-too-high'],
    baseline: ['learning-rate-too-high'],
  },
  'learning rate 1e4, Adam': {
    create: () => classifier({ optimizer: () => tf.train.adam(1e4) }),
    overfit: ['learning-rate-too-high'],
  },
  'learning rate 1, RMSprop': {
    create: () => classifier({ optimizer: () => tf.train.rmsprop(1) }),
    overfit: ['learning-rate-too-high'],
  },
  'learning rate 10, linear regression': {
    create: () =>
      compiled([dense({ inputShape: [8], units: 1 })], {
        optimizer: () => tf.train.sgd(10),
        loss: 'meanSquaredError',
      }),
    data: data.quantities,
    overfit: ['learning-rate-too-high'],
    baseline: ['learning-rate-too-high'],
  },
  'negative learning rate': {
    create: () => classifier({ optimizer: () => tf.train.sgd(-0.1) }),
    overfit: ['gradient-sign'],
    baseline: ['gradient-sign'],
  },
  'loss with the wrong sign': {
    create: () => classifier({ loss: (labels, predictions) => tf.neg(crossEntropy(labels, predictions)) }),
    initLoss: ['gradient-sign', 'wrong-loss'],
    overfit: ['gradient-sign'],
  },
  'gradient with the wrong sign in a loop by hand': {
    create() {
      const program = new HandWrittenClassifier(16, 4)
      const { optimizer } = program
      const apply = optimizer.applyGradients.bind(optimizer)
      optimizer.applyGradients = (gradients) => {
        const named = Array.isArray(gradients)
          ? Object.fromEntries(gradients.map(({ name, tensor }) => [name, tensor]))
          : (gradients as tf.NamedTensorMap)
        const flipped = Object.fromEntries(
          Object.entries(named).map(([name, tensor]) => [name, tf.neg(tensor)]),
        )
        apply(flipped as never)
        tf.dispose(flipped)
      }
      return program
    },
    overfit: ['gradient-sign'],
  },
  'softmax twice': {
    create: () => compiled([hidden(), softmaxHead(), tf.layers.softmax()]),
    overfit: ['redundant-softmax'],
  },
  'softmax before a loss that takes logits': {
    create: () => classifier({ loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits) }),
    overfit: ['redundant-softmax'],
  },
  'sigmoid before a loss that takes logits': {
    create: () =>
      compiled([hidden(), dense({ units: 1, activation: 'sigmoid' })], {
        loss: (labels, logits) => tf.losses.sigmoidCrossEntropy(labels, logits),
      }),
    data: data.yesNo,
    overfit: ['wrong-output-activation', 'wrong-loss'],
  },
  'softmax over one unit': {
    create: () =>
      compiled([hidden(), dense({ units: 1, activation: 'softmax' })], { loss: 'binaryCrossentropy' }),
    data: data.yesNo,
    initLoss: ['wrong-output-activation'],
    overfit: ['wrong-output-activation'],
    baseline: ['wrong-output-activation'],
  },
  'softmax over the batch': {
    create: () =>
      compiled([
        hidden(),
        dense({ units: 4 }),
        new Apply((logits) => tf.transpose(tf.softmax(tf.transpose(logits)))),
      ]),
    initLoss: ['examples-mixed'],
  },
  'normalised over the batch by hand': {
    create: () =>
      compiled(
        [new Apply((x) => tf.sub(x, tf.mean(x, 0))), hidden(), softmaxHead()].map((layer, i) =>
          i === 0 ? Object.assign(layer, { batchInputShape: [null, 16] }) : layer,
        ),
      ),
    initLoss: ['examples-mixed'],
  },
  'no softmax before categoricalCrossentropy': {
    create: () => compiled([hidden(), dense({ units: 4 })]),
    initLoss: ['missing-softmax'],
    overfit: ['missing-softmax'],
    baseline: ['missing-softmax'],
  },
  'no softmax before sparseCategoricalCrossentropy': {
    create: () => compiled([hidden(), dense({ units: 4 })], { loss: 'sparseCategoricalCrossentropy' }),
    data: data.classIndices,
    initLoss: ['missing-softmax'],
    overfit: ['missing-softmax'],
  },
  'no sigmoid before binaryCrossentropy': {
    create: () => compiled([hidden(), dense({ units: 1 })], { loss: 'binaryCrossentropy' }),
    data: data.yesNo,
    initLoss: ['wrong-output-activation'],
  },
  'sigmoid for targets from -5 to 15': {
    create: () =>
      compiled(
        [
          dense({ inputShape: [8], units: 32, activation: 'relu' }),
          dense({ units: 1, activation: 'sigmoid' }),
        ],
        { loss: 'meanSquaredError' },
      ),
    data: (count, seed) => data.quantities(count, seed, { offset: 5, scale: 3 }),
    overfit: ['wrong-output-activation'],
    baseline: ['wrong-output-activation'],
  },
  'relu for targets of both signs': {
    create: () =>
      compiled(
        [dense({ inputShape: [8], units: 32, activation: 'relu' }), dense({ units: 1, activation: 'relu' })],
        { loss: 'meanSquaredError' },
      ),
    data: data.quantities,
    overfit: ['wrong-output-activation', 'dead-units'],
  },
  'kernels of zeros': {
    create: () =>
      compiled([hidden({ kernelInitializer: 'zeros' }), softmaxHead({ kernelInitializer: 'zeros' })]),
    overfit: ['symmetric-init'],
    baseline: ['symmetric-init'],
  },
  'kernels of ones': {
    create: () => compiled([hidden({ kernelInitializer: 'ones' }), softmaxHead()]),
    overfit: ['symmetric-init'],
  },
  'labels shuffled apart from the inputs': {
    create: () => classifier(),
    data: shuffledLabels,
    baseline: ['labels-independent-of-inputs'],
  },
  'loss summed over the batch': {
    create: () => classifier({ loss: (labels, predictions) => tf.sum(crossEntropy(labels, predictions)) }),
    initLoss: ['loss-reduction'],
  },
  'squared error summed over the batch': {
    create: () =>
      compiled([dense({ inputShape: [8], units: 1 })], {
        loss: (labels, predictions) => tf.sum(tf.square(tf.sub(labels, predictions))),
      }),
    data: data.quantities,
    initLoss: ['loss-reduction'],
  },
  'loss averaged over the classes': {
    create: () =>
      classifier({
        loss: (labels, predictions) => tf.mean(tf.neg(tf.mul(labels, tf.log(tf.add(predictions, 1e-7))))),
      }),
    initLoss: ['loss-reduction'],
  },
  'logarithm to base 2': {
    create: () =>
      classifier({ loss: (labels, predictions) => tf.mul(crossEntropy(labels, predictions), Math.LOG2E) }),
    initLoss: ['wrong-loss'],
  },
  'pixels from 0 to 255 into standard normal weights': {
    create: () =>
      compiled([
        dense({ inputShape: [196], units: 32, activation: 'relu', kernelInitializer: wide }),
        dense({ units: 10, activation: 'softmax', kernelInitializer: wide }),
      ]),
    data: timesTwoFiftyFive,
    initLoss: ['unnormalized-inputs', 'init-too-large'],
  },
  'pixels from 0 to 255': {
    create: () =>
      compiled([
        dense({ inputShape: [196], units: 32, activation: 'relu' }),
        dense({ units: 10, activation: 'softmax' }),
      ]),
    data: timesTwoFiftyFive,
    initLoss: ['unnormalized-inputs'],
  },
  'standard normal weights in five layers': {
    create: () =>
      compiled([
        hidden({ kernelInitializer: wide }),
        ...Array.from({ length: 4 }, () => dense({ units: 32, activation: 'relu', kernelInitializer: wide })),
        softmaxHead({ kernelInitializer: wide }),
      ]),
    initLoss: ['init-too-large'],
  },
  'all layers frozen': {
    create: () => compiled([hidden({ trainable: false }), softmaxHead({ trainable: false })]),
    initLoss: ['weights-not-updated'],
    overfit: ['weights-not-updated'],
    baseline: ['weights-not-updated'],
  },
  'biases at -10 under relu': {
    create: () =>
      compiled([hidden({ biasInitializer: tf.initializers.constant({ value: -10 }) }), softmaxHead()]),
    overfit: ['dead-units'],
    baseline: ['dead-units'],
  },
  'L2 penalty of 10': {
    create: () =>
      compiled([
        hidden({ kernelRegularizer: tf.regularizers.l2({ l2: 10 }) }),
        softmaxHead({ kernelRegularizer: tf.regularizers.l2({ l2: 10 }) }),
      ]),
    overfit: ['over-regularized'],
    baseline: ['over-regularized'],
  },
  'hidden units multiplied by 0': {
    create: () => compiled([hidden(), new Apply((x) => tf.mul(x, 0)), softmaxHead()]),
    overfit: ['inputs-ignored'],
    baseline: ['inputs-ignored'],
  },
  'inputs of 0': {
    create: () => classifier(),
    data(count, seed) {
      const { xs, ys } = data.classes(count, seed)
      const zeros = tf.zerosLike(xs as tf.Tensor)
      tf.dispose(xs as tf.Tensor)
      return { xs: zeros, ys }
    },
    overfit: ['constant-inputs'],
    baseline: ['constant-inputs', 'inputs-ignored'],
  },
  'rounded outputs': {
    create: () =>
      compiled([hidden(), dense({ units: 1 })], {
        loss: (labels, predictions) => tf.mean(tf.square(tf.sub(labels, tf.round(predictions)))),
      }),
    data: data.yesNo,
    goal: 0.05,
    overfit: ['no-gradient'],
  },
  'logarithm of 0': {
    create: () =>
      compiled([hidden(), dense({ units: 4, activation: 'relu' })], {
        loss: (labels, predictions) => tf.mean(tf.neg(tf.sum(tf.mul(labels, tf.log(predictions)), -1))),
      }),
    goal: 0.1,
    overfit: ['diverging-loss', 'dead-units', 'wrong-output-activation'],
  },
  'one unit for labels at random': {
    create: () =>
      compiled([dense({ inputShape: [16], units: 1, activation: 'tanh' }), softmaxHead()], {
        optimizer: () => tf.train.adam(0.02),
      }),
    data: (count, seed) => shuffledLabels(2 * count, seed),
    overfit: ['too-little-capacity', 'labels-independent-of-inputs'],
  },
  'no nonlinearity for exclusive or': {
    create: () =>
      compiled([dense({ inputShape: [2], units: 16 }), dense({ units: 1, activation: 'sigmoid' })], {
        loss: 'binaryCrossentropy',
        optimizer: () => tf.train.adam(0.02),
      }),
    data(count, seed) {
      const xs = tf.tensor2d(data.normals(count * 2, seed), [count, 2])
      const ys = tf.tidy(() => tf.less(tf.prod(xs, 1, true), 0).toFloat())
      return { xs, ys }
    },
    overfit: ['missing-nonlinearity'],
  },
  'targets around 20000': {
    create: () =>
      compiled([dense({ inputShape: [8], units: 32, activation: 'relu' }), dense({ units: 1 })], {
        loss: 'meanSquaredError',
        optimizer: () => tf.train.adam(0.001),
      }),
    data: (count, seed) => data.quantities(count, seed, { offset: 20000, scale: 5000 }),
    overfit: ['unnormalized-targets'],
    baseline: ['unnormalized-targets'],
  },
  '(N, 1) predictions minus (N) labels': {
    create: () =>
      compiled([dense({ inputShape: [8], units: 32, activation: 'relu' }), dense({ units: 1 })], {
        loss: (labels, predictions) => tf.mean(tf.square(tf.sub(labels.flatten(), predictions))),
      }),
    data: data.quantities,
    goal: 0.05,
    overfit: ['label-shape', 'inputs-ignored'],
  },
  'a loop by hand that never updates': {
    create() {
      const program = new HandWrittenClassifier(16, 4)
      program.step = (batch) => program.loss(batch)
      return program
    },
    overfit: ['weights-not-updated'],
    baseline: ['weights-not-updated'],
  },
  'a loop by hand at 1e-7': {
    create() {
      const program = new HandWrittenClassifier(16, 4)
      ;(program.optimizer as unknown as { learningRate: number }).learningRate = 1e-7
      return program
    },
    overfit: ['learning-rate-too-low'],
  },
  'inputs far too small': {
    create: () => classifier({ optimizer: () => tf.train.sgd(0.1) }),
    data(count, seed) {
      const { xs, ys } = data.classes(count, seed)
      const small = tf.mul(xs as tf.Tensor, 1e-5)
      tf.dispose(xs as tf.Tensor)
      return { xs: small, ys }
    },
    overfit: ['unnormalized-inputs'],
  },
}
