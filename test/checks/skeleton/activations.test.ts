import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkHealthyActivations } from '../../../src/checks/skeleton/healthy-activations.js'
import { checkHumanBaseline } from '../../../src/checks/skeleton/human-baseline.js'
import type { Examples, Subject } from '../../../src/training/trainable.js'
import * as data from '../../programs/data.js'
import { faultyPrograms } from '../../programs/faulty.js'
import { classifier, compiled, healthyPrograms } from '../../programs/healthy.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { neverAlarmsOnHealthy } from './on-healthy.js'

const { dense } = tf.layers
const batch = data.classes(24, 1)

describe('healthy-activations', () => {
  neverAlarmsOnHealthy((subject, examples, seed) => checkHealthyActivations(subject, examples, { seed }))

  const stack = (settings: Partial<Parameters<typeof dense>[0]>) => () =>
    compiled([
      dense({ inputShape: [16], units: 16, ...settings }),
      dense({ units: 16, ...settings }),
      dense({ units: 4, activation: 'softmax' }),
    ])
  const normal = (stddev: number) => tf.initializers.randomNormal({ mean: 0, stddev })
  const faulty: Record<string, [Subject, string, Examples?]> = {
    'biases at -10 under relu': [faultyPrograms['biases at -10 under relu']!.create, 'dead-units'],
    'kernels of zeros': [faultyPrograms['kernels of zeros']!.create, 'symmetric-init'],
    'inputs of 0': [
      faultyPrograms['inputs of 0']!.create,
      'constant-inputs',
      faultyPrograms['inputs of 0']!.data!(24, 1),
    ],
    'kernels of ones': [faultyPrograms['kernels of ones']!.create, 'symmetric-init'],
    'wide tanhs': [stack({ activation: 'tanh', kernelInitializer: normal(100) }), 'saturated-units'],
    'tiny weights': [stack({ activation: 'tanh', kernelInitializer: normal(1e-5) }), 'init-too-small'],
    'huge weights': [stack({ activation: 'relu', kernelInitializer: normal(1e4) }), 'init-too-large'],
    'tanhs of pixels to 255': [
      () =>
        compiled([
          dense({ inputShape: [16], units: 16, activation: 'tanh' }),
          dense({ units: 4, activation: 'softmax' }),
        ]),
      'unnormalized-inputs',
      { xs: tf.mul(batch.xs as tf.Tensor, 1e4), ys: batch.ys },
    ],
  }
  test.each(Object.entries(faulty))('%s: named', async (_name, [create, cause, examples = batch]) => {
    const { status, causes, summary } = await expectNoNewTensors(() =>
      checkHealthyActivations(create, examples),
    )
    expect(status, summary).toBe('failed')
    expect(causes[0]!.name, summary).toBe(cause)
  })

  test('a loop by hand that does not show its layers is skipped', async () => {
    const { create } = healthyPrograms['loop written by hand']!
    expect((await checkHealthyActivations(create, batch)).summary).toContain('activations(xs)')
  })
})

describe('human-baseline', () => {
  const train = data.classes(300, 2)
  const withMetrics = () => {
    const model = tf.sequential({ layers: [dense({ inputShape: [16], units: 4, activation: 'softmax' })] })
    model.compile({
      optimizer: tf.train.adam(0.05),
      loss: 'categoricalCrossentropy',
      metrics: ['accuracy', 'mse'],
    })
    return model
  }

  test('trains, measures and compares, in the direction of the metric', async () => {
    await expectNoNewTensors(async () => {
      const on = { on: train, train, steps: 200 }
      const reached = [
        { metric: 'accuracy', value: 0.8 },
        { metric: 'acc', value: 0.8 },
        { metric: 'loss', value: 0.8 },
        { metric: 'mse', value: 0.2 },
      ]
      for (const goal of reached) {
        const { status, summary } = await checkHumanBaseline(withMetrics, { ...goal, ...on })
        expect(status, summary).toBe('passed')
      }
      expect((await checkHumanBaseline(withMetrics, { metric: 'loss', value: 0, ...on })).status).toBe(
        'failed',
      )
    })
  })

  test('measures a live model as it is', async () => {
    const { status, summary } = await checkHumanBaseline(classifier(), {
      metric: 'accuracy',
      value: 0.97,
      on: train,
    })
    expect(status).toBe('failed')
    expect(summary).toMatch(
      /^accuracy 0\.\d+ on 300 examples; a person reaches 0\.97\. It is 0\.\d+ behind\.$/,
    )
  })

  test('compiled metrics agree with evaluate()', async () => {
    const model = withMetrics()
    const [, accuracy, mse] = model.evaluate(train.xs as tf.Tensor, train.ys as tf.Tensor, {
      batchSize: 300,
    }) as tf.Scalar[]
    const own = await checkHumanBaseline(model, { metric: 'mse', value: 0, on: train })
    expect(own.measured.mse).toBeCloseTo(mse!.dataSync()[0]!, 6)
    const right = await checkHumanBaseline(model, { metric: 'accuracy', value: 1, on: train })
    expect(right.measured.accuracy).toBeCloseTo(accuracy!.dataSync()[0]!, 6)
  })

  test('an unknown metric is skipped, nonsense refused', async () => {
    expect((await checkHumanBaseline(classifier, { metric: 'f1', value: 1, on: train })).status).toBe(
      'skipped',
    )
    await expect(checkHumanBaseline(classifier, undefined as never)).rejects.toThrow('options.metric')
    await expect(
      checkHumanBaseline(classifier, { metric: 'loss', value: Number.NaN, on: train }),
    ).rejects.toThrow('options.value')
    await expect(checkHumanBaseline(classifier, { metric: 'loss', value: 1 } as never)).rejects.toThrow(
      'options.on',
    )
  })
})
