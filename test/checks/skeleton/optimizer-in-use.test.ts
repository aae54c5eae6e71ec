import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkUpdatesEveryWeight } from '../../../src/checks/skeleton/updates-every-weight.js'
import type { Examples, TensorGroup, Trainable } from '../../../src/training/trainable.js'
import * as data from '../../programs/data.js'
import { classifier, compiled } from '../../programs/healthy.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'

const batch = data.classes(24, 1)
const { dense, dropout, gru, lstm, simpleRNN } = tf.layers

/** A loop by hand over a layers model, which makes the update as it is told to. */
class Loop implements Trainable {
  readonly model = classifier()
  constructor(
    public optimizer: tf.Optimizer,
    private readonly before: (loop: Loop, step: number) => void = () => {},
    private steps = 0,
  ) {}
  predict(xs: TensorGroup) {
    return tf.tidy(() => this.model.apply(xs as tf.Tensor) as tf.Tensor)
  }
  loss({ xs, ys }: Examples) {
    return tf.tidy(() =>
      tf.metrics
        .categoricalCrossentropy(ys as tf.Tensor, this.predict(xs))
        .mean()
        .asScalar(),
    )
  }
  step(examples: Examples) {
    this.before(this, this.steps++)
    return this.optimizer.minimize(() => this.loss(examples), true, Object.values(this.weights()))!
  }
  weights() {
    const variables = this.model.trainableWeights.map((weight) => weight.read() as tf.Variable)
    return Object.fromEntries(variables.map((variable) => [variable.name, variable]))
  }
  dispose() {
    this.model.dispose()
    free(this.model.optimizer)
    free(this.optimizer)
  }
}

/** Momentum forgets its rate when it is disposed (4.22). */
function free(optimizer: tf.Optimizer): void {
  optimizer.dispose()
  const { c } = optimizer as unknown as { c?: tf.Tensor }
  if (c && !c.isDisposed) c.dispose()
}
const anew = (make: () => tf.Optimizer) => () =>
  new Loop(make(), (loop) => {
    free(loop.optimizer)
    loop.optimizer = make()
  })
const rateOf = (optimizer: tf.Optimizer) => optimizer as unknown as { learningRate: number }
const assigned = (make: () => tf.Optimizer) => () =>
  new Loop(make(), ({ optimizer }, step) => {
    rateOf(optimizer).learningRate = 0.1 / (step + 2)
  })

describe('the optimizer in use', () => {
  const stateful: Record<string, () => tf.Optimizer> = {
    Momentum: () => tf.train.momentum(0.01, 0.9),
    Adam: () => tf.train.adam(0.01),
    RMSProp: () => tf.train.rmsprop(0.01),
    Adagrad: () => tf.train.adagrad(0.1),
  }
  test.each(Object.entries(stateful))('%s made anew at each step is named', async (name, make) => {
    await expectNoNewTensors(async () => {
      const { status, causes, summary } = await checkUpdatesEveryWeight(anew(make), batch)
      expect(status, summary).toBe('failed')
      expect(causes.map((cause) => cause.name)).toEqual(['optimizer-state-lost'])
      expect(causes[0]!.evidence).toContain(name)
    })
  })

  test('an optimizer that the program keeps to itself is seen as well', async () => {
    const hidden = () => {
      const loop = anew(stateful.Adam!)()
      const trainable: Trainable = {
        predict: (xs) => loop.predict(xs),
        loss: (examples) => loop.loss(examples),
        step: async (examples) => {
          await Promise.resolve()
          return loop.step(examples)
        },
        weights: () => loop.weights(),
        dispose: () => loop.dispose(),
      }
      return trainable
    }
    const { causes } = await checkUpdatesEveryWeight(hidden, batch)
    expect(causes.map(({ name }) => name)).toEqual(['optimizer-state-lost'])
  })

  test.each([
    ['SGD', () => tf.train.sgd(0.1)],
    ['Momentum', () => tf.train.momentum(0.1, 0.9)],
  ])('a rate assigned to %s is named: no update uses it', async (name, make) => {
    await expectNoNewTensors(async () => {
      const { status, causes } = await checkUpdatesEveryWeight(assigned(make), batch)
      expect(status).toBe('failed')
      expect(causes.map((cause) => cause.name)).toEqual(['learning-rate-ignored'])
      expect(causes[0]!.evidence).toContain(name)
    })
  })

  test('a rate assigned to a live model is named: its copy updates as it would', async () => {
    const model = classifier({ optimizer: () => tf.train.sgd(0.1) })
    rateOf(model.optimizer).learningRate = 0.001
    const { causes } = await expectNoNewTensors(() => checkUpdatesEveryWeight(model, batch))
    expect(causes.map(({ name }) => name)).toEqual(['learning-rate-ignored'])
    model.dispose()
  })

  const healthy: Record<string, () => Trainable | tf.LayersModel> = {
    'Adam with a rate assigned': assigned(() => tf.train.adam(0.01)),
    'SGD made anew, which has no state': anew(() => tf.train.sgd(0.1)),
    'Momentum of 0 made anew': anew(() => tf.train.momentum(0.1, 0)),
    'Momentum kept': () => new Loop(tf.train.momentum(0.01, 0.9)),
    'SGD with a rate set': () =>
      new Loop(tf.train.sgd(0.1), ({ optimizer }, step) =>
        (optimizer as tf.SGDOptimizer).setLearningRate(0.1 / (step + 1)),
      ),
    'SGD whose tensor is written to': () =>
      new Loop(tf.train.sgd(0.1), ({ optimizer }, step) => {
        const inner = optimizer as unknown as { c: tf.Tensor }
        inner.c.dispose()
        inner.c = tf.keep(tf.scalar(-0.1 / (step + 2)))
      }),
    'three optimizers that take turns': () => {
      const turns = [1, 2, 3].map(() => tf.train.adam(0.01))
      const loop = new Loop(turns[0]!, (self, step) => {
        self.optimizer = turns[step % 3]!
      })
      const dispose = loop.dispose.bind(loop)
      loop.dispose = () => {
        const current = loop.optimizer
        for (const other of turns) if (other !== current) other.dispose()
        dispose()
      }
      return loop
    },
  }
  test.each(Object.entries(healthy))('no alarm: %s', async (_name, create) => {
    await expectNoNewTensors(async () => {
      const { status, summary } = await checkUpdatesEveryWeight(create, batch)
      expect(status, summary).toBe('passed')
    })
  })
})

describe('units that stay alike', () => {
  const sequences: Examples = {
    xs: tf.randomNormal([24, 6, 3], 0, 1, 'float32', 7),
    ys: data.classes(24, 1).ys,
  }
  const constant = (value: number) => tf.initializers.constant({ value })
  const ones = { kernelInitializer: 'ones', recurrentInitializer: 'ones' } as const
  const over =
    (...layers: tf.layers.Layer[]) =>
    () =>
      compiled([...layers, dense({ units: 4, activation: 'softmax' })])

  const faulty: Record<string, [() => tf.LayersModel, Examples]> = {
    'equal kernels behind each other': [
      over(
        dense({ inputShape: [16], units: 8, activation: 'tanh', kernelInitializer: constant(0.1) }),
        dense({ units: 8, activation: 'tanh', kernelInitializer: constant(0.1) }),
      ),
      batch,
    ],
    'GRU of ones': [over(gru({ inputShape: [6, 3], units: 6, ...ones })), sequences],
    'LSTM of ones': [over(lstm({ inputShape: [6, 3], units: 6, ...ones })), sequences],
    'bidirectional RNN of ones': [
      over(
        tf.layers.bidirectional({
          inputShape: [6, 3],
          layer: simpleRNN({ units: 6, ...ones }) as tf.RNN,
          mergeMode: 'concat',
        }),
      ),
      sequences,
    ],
  }
  test.each(Object.entries(faulty))('%s: named', async (_name, [create, examples]) => {
    const { status, causes, summary } = await expectNoNewTensors(() =>
      checkUpdatesEveryWeight(create, examples),
    )
    expect(status, summary).toBe('failed')
    expect(causes.map(({ name }) => name)).toEqual(['symmetric-init'])
  })

  const healthy: Record<string, [() => tf.LayersModel, Examples]> = {
    'a head of zeros': [
      () =>
        compiled([
          dense({ inputShape: [16], units: 8, activation: 'relu' }),
          dense({ units: 4, activation: 'softmax', kernelInitializer: 'zeros' }),
        ]),
      batch,
    ],
    'a head of ones, whose classes part at once': [
      () =>
        compiled([
          dense({ inputShape: [16], units: 8, activation: 'relu' }),
          dense({ units: 4, activation: 'softmax', kernelInitializer: 'ones' }),
        ]),
      batch,
    ],
    'equal kernels with different weights behind them': [
      over(dense({ inputShape: [16], units: 8, activation: 'tanh', kernelInitializer: constant(0.1) })),
      batch,
    ],
    'equal kernels that dropout drives apart': [
      over(
        dense({ inputShape: [16], units: 8, activation: 'tanh', kernelInitializer: constant(0.1) }),
        dropout({ rate: 0.5 }),
        dense({ units: 8, activation: 'tanh', kernelInitializer: constant(0.1) }),
        dropout({ rate: 0.5 }),
      ),
      batch,
    ],
    'recurrent kernels of ones over drawn kernels': [
      over(gru({ inputShape: [6, 3], units: 6, recurrentInitializer: 'ones' })),
      sequences,
    ],
    'a bidirectional layer as it is drawn': [
      over(
        tf.layers.bidirectional({
          inputShape: [6, 3],
          layer: lstm({ units: 6 }) as tf.RNN,
          mergeMode: 'concat',
        }),
      ),
      sequences,
    ],
    'a recurrent layer of one unit': [over(gru({ inputShape: [6, 3], units: 1, ...ones })), sequences],
  }
  test.each(Object.entries(healthy))('no alarm: %s', async (_name, [create, examples]) => {
    const { status, summary } = await checkUpdatesEveryWeight(create, examples)
    expect(status, summary).toBe('passed')
  })
})
