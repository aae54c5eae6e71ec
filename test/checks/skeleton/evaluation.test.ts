import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkEvaluatesConsistently } from '../../../src/checks/skeleton/evaluates-consistently.js'
import { checkReproducible } from '../../../src/checks/skeleton/reproducible.js'
import { checkUpdatesEveryWeight } from '../../../src/checks/skeleton/updates-every-weight.js'
import type { Examples, Trainable } from '../../../src/training/trainable.js'
import * as data from '../../programs/data.js'
import { faultyPrograms } from '../../programs/faulty.js'
import { classifier, compiled, HandWrittenClassifier } from '../../programs/healthy.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { neverAlarmsOnHealthy } from './on-healthy.js'

const { dense } = tf.layers
const batch = data.classes(25, 1)

/** A loop by hand with parts replaced. */
function byHand(change: (program: HandWrittenClassifier) => Partial<Trainable>): () => Trainable {
  return () => {
    const program = new HandWrittenClassifier(16, 4)
    return Object.assign(program, change(program))
  }
}
const slice = ({ xs, ys }: Examples, start: number, length: number): Examples => ({
  xs: tf.slice(xs as tf.Tensor, start, length),
  ys: tf.slice(ys as tf.Tensor, start, length),
})

const regression = (loss: (y: tf.Tensor, p: tf.Tensor) => tf.Tensor) => () =>
  compiled([dense({ inputShape: [8], units: 16, activation: 'relu' }), dense({ units: 1 })], { loss })

describe('evaluates-consistently', () => {
  neverAlarmsOnHealthy((subject, examples, seed) => checkEvaluatesConsistently(subject, examples, { seed }), {
    examples: 37,
  })

  const faulty: Record<string, [() => tf.LayersModel | Trainable, string, Examples?]> = {
    'dropout at evaluation': [
      byHand((program) => {
        const predict = program.predict.bind(program)
        return { predict: (xs) => tf.tidy(() => tf.dropout(predict(xs), 0.3)) }
      }),
      'eval-mode',
    ],
    'loss summed over the batch': [faultyPrograms['loss summed over the batch']!.create, 'loss-reduction'],
    'mean of the means of mini-batches': [
      byHand((program) => {
        const loss = program.loss.bind(program)
        return {
          loss: (examples) =>
            tf.tidy(() => {
              const count = (examples.xs as tf.Tensor).shape[0]!
              const starts = Array.from({ length: Math.ceil(count / 8) }, (_, i) => 8 * i)
              const means = starts.map((start) => loss(slice(examples, start, Math.min(8, count - start))))
              return tf.div(tf.addN(means), means.length).asScalar()
            }),
        }
      }),
      'loss-reduction',
    ],
    'softmax over the batch': [faultyPrograms['softmax over the batch']!.create, 'examples-mixed'],
    '(N, 1) minus (N)': [
      faultyPrograms['(N, 1) predictions minus (N) labels']!.create,
      'label-shape',
      data.quantities(25, 1),
    ],
    'labels only added to the loss': [
      regression((y, p) => tf.mean(tf.sub(y, p))),
      'wrong-loss',
      data.quantities(25, 1),
    ],
    'batch statistics at evaluation': [
      byHand((program) => {
        const predict = program.predict.bind(program)
        return {
          predict: (xs) => tf.tidy(() => predict(tf.sub(xs as tf.Tensor, tf.mean(xs as tf.Tensor, 0)))),
        }
      }),
      'examples-mixed',
    ],
    'an optimizer of its own at each step': [
      byHand((program) => ({
        step: (examples) => tf.train.sgd(0.1).minimize(() => program.loss(examples), true)!,
      })),
      'learning-rate-ignored',
    ],
  }
  test.each(Object.entries(faulty))('%s is named', async (_name, [create, cause, examples = batch]) => {
    const { status, causes, summary } = await checkEvaluatesConsistently(create, examples)
    expect(status).toBe('failed')
    expect(causes[0]?.name, summary).toBe(cause)
  })

  test('an absolute error passes where all labels are beyond the predictions', async () => {
    const far = data.quantities(25, 1, { offset: 60, scale: 20 })
    for (const loss of [
      (y: tf.Tensor, p: tf.Tensor) => tf.mean(tf.abs(tf.sub(y, p))),
      (y: tf.Tensor, p: tf.Tensor) =>
        tf.mean(tf.maximum(tf.mul(0.7, tf.sub(y, p)), tf.mul(-0.3, tf.sub(y, p)))),
    ]) {
      const { status, summary } = await checkEvaluatesConsistently(regression(loss), far)
      expect(status, summary).toBe('passed')
    }
  })

  test('a mean over valid tokens passes, although parts weigh differently', async () => {
    const masked = () =>
      compiled([dense({ inputShape: [16], units: 4, activation: 'softmax' })], {
        loss: (labels, predictions) => {
          const mask = tf.greater(tf.max(labels, -1), 0).toFloat()
          return tf.div(
            tf.sum(tf.mul(mask, tf.metrics.categoricalCrossentropy(labels, predictions))),
            tf.sum(mask),
          )
        },
      })
    const ys = tf.tidy(() =>
      tf.mul(
        batch.ys as tf.Tensor,
        tf.tensor2d(
          Array.from({ length: 25 }, (_, i) => (i < 9 && i % 2 ? 0 : 1)),
          [25, 1],
        ),
      ),
    )
    const { status, summary } = await checkEvaluatesConsistently(masked, { xs: batch.xs, ys })
    expect(status, summary).toBe('passed')
  })

  test('bad input is refused', async () => {
    const few = data.classes(3, 1)
    await expectNoNewTensors(async () => {
      await expect(checkEvaluatesConsistently(classifier, few)).rejects.toThrow('at least four')
      await expect(checkEvaluatesConsistently(classifier, batch, { rtol: -1 })).rejects.toThrow('rtol')
    })
  })
})

describe('reproducible', () => {
  neverAlarmsOnHealthy((subject, examples, seed) => checkReproducible(subject, examples, { seed }))

  test('a clock in the initialisation is named', async () => {
    let calls = 0
    const create = () =>
      compiled([
        dense({
          inputShape: [16],
          units: 4,
          kernelInitializer: tf.initializers.glorotUniform({ seed: ++calls }),
        }),
        dense({ units: 4, activation: 'softmax' }),
      ])
    const { status, causes } = await expectNoNewTensors(() => checkReproducible(create, batch))
    expect(status).toBe('failed')
    expect(causes[0]).toMatchObject({ name: 'nondeterministic' })
    expect(causes[0]!.evidence).toContain('initialisation')
  })

  test('a source in the steps is named', async () => {
    let calls = 0
    const create = byHand((program) => {
      const step = program.step.bind(program)
      return {
        step: (examples) => {
          tf.tidy(() => program.weights().w1!.assign(tf.add(program.weights().w1!, ++calls * 1e-3)))
          return step(examples)
        },
      }
    })
    const { status, causes } = await checkReproducible(create, batch)
    expect(status).toBe('failed')
    expect(causes[0]!.evidence).toContain('although all weights start equal')
  })

  test('dropout with a source of its own is told from the rest', async () => {
    let calls = 0
    const create = byHand((program) => {
      const loss = program.loss.bind(program)
      let rate = 0.5
      return {
        disableDropout: () => {
          rate = 0
        },
        step: (examples) =>
          program.optimizer.minimize(
            () =>
              loss({ xs: tf.dropout(examples.xs as tf.Tensor, rate, undefined, ++calls), ys: examples.ys }),
            true,
          )!,
      }
    })
    const { causes } = await checkReproducible(create, batch)
    expect(causes[0]!.evidence).toContain('not at all without dropout')
  })
})

describe('updates-every-weight', () => {
  neverAlarmsOnHealthy((subject, examples, seed) => checkUpdatesEveryWeight(subject, examples, { seed }))

  test('a bias before batch normalisation under SGD is no fault', async () => {
    const create = () =>
      compiled(
        [
          dense({ inputShape: [16], units: 8, biasInitializer: tf.initializers.constant({ value: 100 }) }),
          tf.layers.batchNormalization(),
          tf.layers.reLU(),
          dense({ units: 4, activation: 'softmax', kernelInitializer: 'zeros' }),
        ],
        { optimizer: () => tf.train.sgd(0.01) },
      )
    const { status, summary } = await checkUpdatesEveryWeight(create, batch)
    expect(status, summary).toBe('passed')
  })

  const faulty: Record<string, [() => tf.LayersModel | Trainable, string, Examples?]> = {
    'learning rate 0': [faultyPrograms['learning rate 0']!.create, 'weights-not-updated'],
    'a loop by hand that never updates': [
      faultyPrograms['a loop by hand that never updates']!.create,
      'weights-not-updated',
    ],
    'kernels of zeros': [faultyPrograms['kernels of zeros']!.create, 'symmetric-init'],
    'inputs of 0': [
      faultyPrograms['inputs of 0']!.create,
      'constant-inputs',
      faultyPrograms['inputs of 0']!.data!(24, 1),
    ],
    'biases at -10 under relu': [faultyPrograms['biases at -10 under relu']!.create, 'dead-units'],
    'hidden units multiplied by 0': [faultyPrograms['hidden units multiplied by 0']!.create, 'no-gradient'],
    'a variable left out of the loop': [
      byHand((program) => ({
        step: (examples) => {
          const { w1: _, ...others } = program.weights()
          return program.optimizer.minimize(() => program.loss(examples), true, Object.values(others))!
        },
      })),
      'weights-not-updated',
    ],
    'a variable that the loss does not reach': [
      byHand((program) => {
        const unused = tf.variable(tf.ones([3, 3]))
        const all = { ...program.weights(), unused }
        const dispose = program.dispose.bind(program)
        return {
          weights: () => all,
          dispose: () => {
            dispose()
            unused.dispose()
          },
        }
      }),
      'no-gradient',
    ],
  }
  test.each(Object.entries(faulty))('%s is named', async (_name, [create, cause, examples = batch]) => {
    const { status, causes, summary } = await checkUpdatesEveryWeight(create, examples)
    expect(status).toBe('failed')
    expect(causes[0]?.name, summary).toBe(cause)
  })
})
