import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkCausal } from '../../../src/checks/skeleton/causal.js'
import { checkExamplesIndependent } from '../../../src/checks/skeleton/examples-independent.js'
import { checkUsesEveryInput } from '../../../src/checks/skeleton/uses-every-input.js'
import type { Examples, Trainable } from '../../../src/training/trainable.js'
import * as data from '../../programs/data.js'
import { Apply, faultyPrograms } from '../../programs/faulty.js'
import { classifier, compiled, HandWrittenClassifier, healthyPrograms } from '../../programs/healthy.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { neverAlarmsOnHealthy } from './on-healthy.js'

const { dense, conv1d } = tf.layers
const first = (layer: tf.layers.Layer, shape: number[]) =>
  Object.assign(layer, { batchInputShape: [null, ...shape] })
const batch = data.classes(24, 1)

/** Predictions of a loop by hand, changed. */
function changed(change: (predictions: tf.Tensor, xs: tf.Tensor) => tf.Tensor): Trainable {
  const program = new HandWrittenClassifier(16, 4)
  const predict = program.predict.bind(program)
  program.predict = (xs) => tf.tidy(() => change(predict(xs), xs as tf.Tensor))
  return program
}

describe('examples-independent', () => {
  neverAlarmsOnHealthy((subject, examples, seed) => checkExamplesIndependent(subject, examples, { seed }))

  const mixing: Record<string, () => tf.LayersModel | Trainable> = {
    'softmax over the batch': faultyPrograms['softmax over the batch']!.create,
    'normalised over the batch by hand': faultyPrograms['normalised over the batch by hand']!.create,
    'a reshape where a transpose was meant': () =>
      compiled([
        first(
          new Apply((x) => {
            const [count, width] = x.shape as [number, number]
            return x.reshape([width, count]).transpose().reshape([count, width])
          }),
          [16],
        ),
        dense({ units: 4, activation: 'softmax' }),
      ]),
    'a leak behind a head of zeros': () =>
      compiled([
        first(new Apply((x) => tf.sub(x, tf.mean(x, 0))), [16]),
        dense({ units: 4, activation: 'softmax', kernelInitializer: 'zeros' }),
      ]),
    'a leak without gradient, through argMax over the batch': () =>
      changed((predictions, xs) => tf.add(predictions, tf.argMax(xs, 0).sum().toFloat())),
    'divided by the largest of the batch': () =>
      changed((predictions, xs) => tf.div(predictions, tf.max(tf.abs(xs)))),
  }
  test.each(Object.entries(mixing))('%s is found', async (_name, create) => {
    const { status, causes, measured } = await expectNoNewTensors(() =>
      checkExamplesIndependent(create, batch),
    )
    expect(status).toBe('failed')
    expect(causes[0]!.name).toBe('examples-mixed')
    expect(measured.change).toBeGreaterThan(0)
  })

  test('says which examples a prediction depends on', async () => {
    const neighbour = () =>
      changed((predictions) =>
        tf.add(predictions, tf.concat([tf.slice(predictions, 1), tf.slice(predictions, 0, 1)])),
      )
    const { causes } = await checkExamplesIndependent(neighbour, batch)
    expect(causes[0]!.evidence).toMatch(
      /the inputs of example (1|13|0) of 24 each change the prediction for example (0|12|23),/,
    )
  })

  test('a program that is random at inference is skipped, with a hint', async () => {
    const noisy = () => changed((predictions) => tf.add(predictions, tf.randomNormal(predictions.shape)))
    const { status, summary } = await checkExamplesIndependent(noisy, batch)
    expect(status).toBe('skipped')
    expect(summary).toContain('toEvaluateConsistently')
  })

  test('a single example is refused', async () => {
    await expectNoNewTensors(async () => {
      const one = data.classes(1, 1)
      await expect(checkExamplesIndependent(classifier, one)).rejects.toThrow('at least two examples')
      tf.dispose([one.xs as tf.Tensor, one.ys as tf.Tensor])
    })
  })
})

describe('causal', () => {
  const steps: Examples = {
    xs: tf.tensor3d(data.normals(6 * 8 * 2, 1), [6, 8, 2]),
    ys: tf.tensor3d(data.normals(6 * 8, 2), [6, 8, 1]),
  }
  const regression = (...layers: tf.layers.Layer[]) =>
    compiled([...layers, dense({ units: 1 })], { loss: 'meanSquaredError' })
  const shifted = (by: number) =>
    new Apply((x) =>
      by > 0
        ? tf.concat([tf.slice(x, [0, by, 0]), tf.zeros([x.shape[0]!, by, x.shape[2]!])], 1)
        : tf.concat(
            [tf.zeros([x.shape[0]!, -by, x.shape[2]!]), tf.slice(x, [0, 0, 0], [-1, x.shape[1]! + by, -1])],
            1,
          ),
    )
  /** TensorFlow.js 4.22 has no 'causal' padding: zeros in front, then 'valid'. */
  const padded = (zeros: number, width: number) =>
    Object.assign(new Apply((x) => tf.concat([tf.zeros([x.shape[0]!, zeros, x.shape[2]!]), x], 1)), {
      computeOutputShape: () => [null, 8 + zeros, width],
    })
  const causal: Record<string, () => tf.LayersModel> = {
    GRU: () => regression(tf.layers.gru({ inputShape: [8, 2], units: 4, returnSequences: true })),
    LSTM: () => regression(tf.layers.lstm({ inputShape: [8, 2], units: 4, returnSequences: true })),
    'causal convolution': () =>
      regression(first(padded(2, 2), [8, 2]), conv1d({ filters: 4, kernelSize: 3, activation: 'relu' })),
    'two causal convolutions, dilated': () =>
      regression(
        first(padded(1, 2), [8, 2]),
        conv1d({ filters: 4, kernelSize: 2, activation: 'relu' }),
        padded(2, 4),
        conv1d({ filters: 4, kernelSize: 2, dilationRate: 2, activation: 'relu' }),
      ),
    'inputs one step late': () =>
      regression(first(shifted(-1), [8, 2]), tf.layers.simpleRNN({ units: 4, returnSequences: true })),
  }
  test.each(Object.entries(causal))('%s passes', async (_name, create) => {
    for (const seed of [1, 2, 3]) {
      const { status, summary } = await expectNoNewTensors(() =>
        checkCausal(create, steps, { axis: 1, seed }),
      )
      expect(status, summary).toBe('passed')
    }
  })

  test('a recurrent net of the healthy programs passes', async () => {
    const { create, data: examples } = healthyPrograms['a class for every step of a sequence']!
    expect((await checkCausal(create, examples(8, 1))).status).toBe('passed')
  })

  const leaking: Record<string, () => tf.LayersModel> = {
    bidirectional: () =>
      regression(
        tf.layers.bidirectional({
          layer: tf.layers.gru({ units: 4, returnSequences: true }) as tf.RNN,
          inputShape: [8, 2],
          mergeMode: 'concat',
        }),
      ),
    "convolution with 'same'": () =>
      regression(conv1d({ inputShape: [8, 2], filters: 4, kernelSize: 3, padding: 'same' })),
    'off by one': () =>
      regression(first(shifted(1), [8, 2]), tf.layers.simpleRNN({ units: 4, returnSequences: true })),
    'mean over time': () => regression(first(new Apply((x) => tf.sub(x, tf.mean(x, 1, true))), [8, 2])),
    'future by argMax': () =>
      regression(first(new Apply((x) => tf.add(x, tf.argMax(x, 1).toFloat().expandDims(1))), [8, 2])),
    'softmax over time before a head of zeros': () =>
      compiled(
        [
          first(new Apply((x) => tf.softmax(x.transpose([0, 2, 1])).transpose([0, 2, 1])), [8, 2]),
          dense({ units: 1, kernelInitializer: 'zeros' }),
        ],
        { loss: 'meanSquaredError' },
      ),
  }
  test.each(Object.entries(leaking))('%s is found', async (_name, create) => {
    const { status, causes } = await expectNoNewTensors(() => checkCausal(create, steps, { axis: 1 }))
    expect(status).toBe('failed')
    expect(causes[0]!.name).toBe('future-leak')
  })

  test('an off-by-one is told by its steps', async () => {
    const { causes, measured } = await checkCausal(leaking['off by one']!, steps)
    expect(causes[0]!.evidence).toMatch(/output at step (\d) changes by .* with the input at step (?!\1)\d/)
    expect(causes[0]!.fix).toContain('off-by-one')
    expect(measured.leakingSteps).toBe(7)
  })

  test('outputs without the axis are refused', async () => {
    await expectNoNewTensors(() =>
      expect(checkCausal(classifier, batch)).rejects.toThrow('returnSequences: true?'),
    )
  })
})

describe('uses-every-input', () => {
  neverAlarmsOnHealthy((subject, examples, seed) => checkUsesEveryInput(subject, examples, { seed }))

  const slicing = (start: number, size: number) =>
    compiled([
      first(
        Object.assign(new Apply((x) => tf.slice(x, [0, start], [-1, size])), {
          computeOutputShape: () => [null, size],
        }),
        [16],
      ),
      dense({ units: 8, activation: 'relu' }),
      dense({ units: 4, activation: 'softmax' }),
    ])

  test('columns that are sliced away are named', async () => {
    const { status, causes, summary } = await expectNoNewTensors(() =>
      checkUsesEveryInput(() => slicing(0, 15), batch),
    )
    expect(status).toBe('failed')
    expect(summary).toContain('column 15')
    expect(causes[0]!.name).toBe('inputs-ignored')
  })

  test('hidden units multiplied by 0 are found', async () => {
    const { create } = faultyPrograms['hidden units multiplied by 0']!
    const { status, summary } = await expectNoNewTensors(() => checkUsesEveryInput(create, batch))
    expect(status).toBe('failed')
    expect(summary).toContain('the whole input')
  })

  test('an input that is not connected is named', async () => {
    const { create: _, data: twoInputs } = healthyPrograms['two inputs']!
    const examples = twoInputs(12, 1)
    const create = () => {
      const left = tf.input({ shape: [8], name: 'left' })
      const right = tf.input({ shape: [8], name: 'right' })
      const joined = tf.layers
        .concatenate()
        .apply([left, new Apply((x) => tf.zerosLike(x)).apply(right) as tf.SymbolicTensor])
      const model = tf.model({
        inputs: [left, right],
        outputs: dense({ units: 4, activation: 'softmax' }).apply(joined) as tf.SymbolicTensor,
      })
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' })
      return model
    }
    const { status, summary } = await expectNoNewTensors(() => checkUsesEveryInput(create, examples))
    expect(status).toBe('failed')
    expect(summary).toContain("input 'right'")
  })

  test('dead units, inputs of 0 and inputs off scale are no reason to alarm', async () => {
    for (const name of [
      'biases at -10 under relu',
      'inputs of 0',
      'pixels from 0 to 255',
      'kernels of zeros',
    ]) {
      const { create, data: examples = data.classes } = faultyPrograms[name]!
      const { status, summary } = await checkUsesEveryInput(create, examples(12, 1))
      expect(status, `${name}: ${summary}`).toBe('passed')
    }
  })

  test('a stride that does not divide the length may leave the last step out', async () => {
    const create = () =>
      compiled(
        [
          conv1d({ inputShape: [8, 2], filters: 4, kernelSize: 3, strides: 2 }),
          tf.layers.flatten(),
          dense({ units: 1, activation: 'sigmoid' }),
        ],
        { loss: 'binaryCrossentropy' },
      )
    expect((await checkUsesEveryInput(create, data.sequences(12, 1))).status).toBe('passed')
  })
})
