import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { carsMlp, digitsMlp, moonsMlp } from '../../../fixtures/zoo/bases.js'
import { disposeData, type Program } from '../../../fixtures/zoo/program.js'
import { checkInitLoss } from '../../../src/checks/skeleton/init-loss.js'
import { checkOverfitBatch } from '../../../src/checks/skeleton/overfit-batch.js'
import { checkZeroInputBaseline } from '../../../src/checks/skeleton/zero-input-baseline.js'
import { sampleExamples } from '../../../src/training/split.js'
import type { Examples } from '../../../src/training/trainable.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'

type Loss = (labels: tf.Tensor, predictions: tf.Tensor) => tf.Tensor

const focal: Loss = (y, p) =>
  tf.neg(tf.sum(tf.mul(tf.mul(y, tf.square(tf.sub(1, p))), tf.log(tf.add(p, 1e-7))), -1))
const yesNoFocal: Loss = (y, p) =>
  tf.mean(
    tf.mul(tf.square(tf.sub(y, p)), tf.metrics.binaryCrossentropy(y as tf.Tensor2D, p).expandDims(-1)),
    -1,
  )
const fourthPower: Loss = (y, p) => tf.mean(tf.pow(tf.sub(y, p), 4), -1)
/** Koenker and Bassett, Econometrica 1978. */
const pinball: Loss = (y, p) => {
  const error = tf.sub(y, p)
  return tf.mean(tf.maximum(tf.mul(0.7, error), tf.mul(-0.3, error)), -1)
}

async function onBatch(
  program: Program,
  seed: number,
  examine: (train: Examples, batch: Examples) => Promise<void>,
) {
  const data = program.data(seed)
  const batch = sampleExamples(data.train, 64, seed)
  await examine(data.train, batch)
  tf.dispose([batch.xs as tf.Tensor, batch.ys as tf.Tensor])
  disposeData(data)
}

describe('a loss that is none of the standard ones: the predictions are judged', () => {
  const healthy: Array<[string, Program]> = [
    ['focal loss', digitsMlp('', { loss: focal })],
    ['focal loss for yes and no', moonsMlp('', { loss: yesNoFocal })],
    ['fourth power', carsMlp('', { loss: fourthPower })],
    ['pinball loss', carsMlp('', { loss: pinball })],
  ]
  test.each(healthy)('healthy with %s: no alarm over three seeds', async (_name, program) => {
    for (const seed of [1, 2, 3]) {
      await onBatch(program, seed, async (train, batch) => {
        await expectNoNewTensors(async () => {
          const overfit = await checkOverfitBatch(program.create, batch, { seed })
          expect(overfit.status, overfit.summary).toBe('passed')
          const baseline = await checkZeroInputBaseline(program.create, train, { seed })
          expect(baseline.status, baseline.summary).toBe('passed')
        })
      })
    }
  })

  const faulty: Array<[string, Program, string]> = [
    [
      'a tiny rate',
      digitsMlp('', { loss: focal, optimizer: () => tf.train.sgd(1e-5) }),
      'learning-rate-too-low',
    ],
    ['its sign flipped', carsMlp('', { loss: (y, p) => tf.neg(fourthPower(y, p)) }), 'gradient-sign'],
  ]
  test.each(faulty)('%s is caught and named', async (_name, program, cause) => {
    await onBatch(program, 1, async (_train, batch) => {
      const { status, causes, summary } = await checkOverfitBatch(program.create, batch, {
        steps: 500,
        seed: 1,
      })
      expect(status).toBe('failed')
      expect(causes[0]!.name, summary).toBe(cause)
    })
  })
})

describe('a standard loss times a constant', () => {
  const crossEntropyTimes = (factor: number) =>
    digitsMlp('', { loss: (y, p) => tf.mul(factor, tf.metrics.categoricalCrossentropy(y, p)) })

  test.each([0.3, 0.5, 3, 7])('%d is a matter of taste', async (factor) => {
    const program = crossEntropyTimes(factor)
    await onBatch(program, 1, async (_train, batch) => {
      const { status, summary } = await checkInitLoss(program.create, { on: batch })
      expect(status, summary).toBe('passed')
    })
  })

  test.each([1 / 320, 320])('%d is another learning rate', async (factor) => {
    const program = crossEntropyTimes(factor)
    await onBatch(program, 1, async (_train, batch) => {
      const { status, causes } = await checkInitLoss(program.create, { on: batch })
      expect(status).toBe('failed')
      expect(causes[0]!.name).toBe('loss-reduction')
    })
  })
})

test('the absolute error on classes is named, the squared error is not', async () => {
  for (const [loss, expected] of [
    ['meanAbsoluteError', 'failed'],
    ['meanSquaredError', 'passed'],
  ] as const) {
    const program = digitsMlp('', { loss })
    await onBatch(program, 1, async (_train, batch) => {
      const { status, causes } = await checkInitLoss(program.create, { on: batch })
      expect(status, loss).toBe(expected)
      if (status === 'failed') expect(causes[0]!.name).toBe('wrong-loss')
    })
  }
})
