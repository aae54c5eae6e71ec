import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { loadDigits } from '../../../examples/mnist/src/data.js'
import { checkPreservesDistribution } from '../../../src/checks/index.js'
import type { Augment } from '../../../src/training/augmented.js'
import type { Examples } from '../../../src/training/trainable.js'
import { classes, classIndices, quantities, yesNo } from '../../programs/data.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'

const digits = loadDigits('train', 800)
const onTensors =
  (change: (xs: tf.Tensor, ys: tf.Tensor) => { xs: tf.Tensor; ys: tf.Tensor }): Augment =>
  ({ xs, ys }) =>
    tf.tidy(() => change(xs as tf.Tensor, ys as tf.Tensor))
const onInputs = (change: (xs: tf.Tensor) => tf.Tensor): Augment =>
  onTensors((xs, ys) => ({ xs: change(xs), ys }))
const noise = (size: number) => onInputs((xs) => xs.add(tf.randomNormal(xs.shape, 0, size)))
const shuffled = (count: number) => {
  const keys = Array.from({ length: count }, () => Math.random())
  return tf.tensor1d(
    keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!),
    'int32',
  )
}
const mixed = onTensors((xs, ys) => {
  const [order, share] = [shuffled(xs.shape[0]!), Math.random()]
  const mix = (tensor: tf.Tensor) => tensor.mul(share).add(tensor.gather(order).mul(1 - share))
  return { xs: mix(xs), ys: mix(ys) }
})
const halfOf = (change: (xs: tf.Tensor) => tf.Tensor) =>
  onInputs((xs) => {
    const chosen = tf.randomUniform([xs.shape[0]!, 1, 1, 1]).less(0.5)
    return tf.where(tf.broadcastTo(chosen, xs.shape as never), change(xs), xs)
  })
const movedBy = (most: number) =>
  onInputs((xs) => {
    const [down, right] = [0, 1].map(() => Math.floor(Math.random() * (2 * most + 1)))
    const padded = (xs as tf.Tensor4D).pad([
      [0, 0],
      [most, most],
      [most, most],
      [0, 0],
    ])
    return padded.slice([0, down!, right!, 0], xs.shape as [number, number, number, number])
  })
const seeds = Array.from({ length: 30 }, (_, seed) => seed + 1)
const causeOf = async (augment: Augment, examples: Examples, options = {}) => {
  const { status, causes, summary } = await checkPreservesDistribution(augment, examples, options)
  return { status, cause: causes[0]?.name, summary }
}

describe('augmentations that help pass', () => {
  const ofTables: Record<string, [Augment, (count: number, seed: number) => Examples]> = {
    'nothing changed': [(batch) => batch, classes],
    'noise on classes': [noise(0.3), classes],
    'noise on class indices': [noise(0.3), classIndices],
    'noise on yes and no': [noise(0.3), yesNo],
    'noise on quantities': [noise(0.3), quantities],
    'mixed classes': [mixed, classes],
    'mixed yes and no': [mixed, yesNo],
    'mixed quantities': [mixed, quantities],
    'smoothed labels': [onTensors((xs, ys) => ({ xs, ys: ys.mul(0.9).add(0.025) })), classes],
    'another order': [
      onTensors((xs, ys) => {
        const order = shuffled(xs.shape[0]!)
        return { xs: xs.gather(order), ys: ys.gather(order) }
      }),
      classes,
    ],
  }
  test.each(Object.keys(ofTables))('%s, under thirty seeds', async (name) => {
    const [augment, make] = ofTables[name]!
    for (const seed of seeds) {
      const examples = make(300, seed)
      const { status, summary } = await expectNoNewTensors(() => causeOf(augment, examples, { seed }))
      tf.dispose([examples.xs as tf.Tensor, examples.ys as tf.Tensor])
      expect(status, `seed ${seed}: ${summary}`).toBe('passed')
    }
  })

  test.each([
    ['moved by up to two pixels', movedBy(2)],
    ['noise', noise(0.2)],
    ['mixed', mixed],
  ])('digits: %s', async (_, augment) => {
    for (const seed of [1, 2, 3]) {
      const { status, summary } = await causeOf(augment, digits, { seed })
      expect(status, summary).toBe('passed')
    }
  })
})

describe('augmentations that do harm fail, and are named', () => {
  const ofDigits: Record<string, [Augment, string]> = {
    'upside down half of the time': [halfOf((xs) => xs.reverse(1)), 'augmentation-shift'],
    'turned by 180° half of the time': [halfOf((xs) => xs.reverse([1, 2])), 'augmentation-shift'],
    'transposed half of the time': [halfOf((xs) => xs.transpose([0, 2, 1, 3])), 'augmentation-shift'],
    'mirrored always': [onInputs((xs) => xs.reverse(2)), 'augmentation-shift'],
    inverted: [onInputs((xs) => tf.sub(1, xs)), 'augmentation-shift'],
    'pixels from 0 to 255': [onInputs((xs) => xs.mul(255)), 'augmentation-shift'],
    'noise above the signal': [noise(1), 'augmentation-shift'],
    'inputs shuffled alone': [
      onInputs((xs) => xs.gather(shuffled(xs.shape[0]!))),
      'labels-independent-of-inputs',
    ],
    'labels mixed up': [onTensors((xs, ys) => ({ xs: xs.mul(1), ys: ys.reverse(0) })), 'label-noise'],
    'another shape': [onInputs((xs) => xs.slice([0, 1], [-1, 26])), 'augmentation-shift'],
    'another type': [onInputs((xs) => xs.round().toInt()), 'augmentation-shift'],
    'fewer labels than classes': [onTensors((xs, ys) => ({ xs, ys: ys.argMax(-1) })), 'label-shape'],
    'twice the examples': [
      onTensors((xs, ys) => ({ xs: xs.concat(xs), ys: ys.concat(ys) })),
      'augmentation-shift',
    ],
    'not a number': [
      onInputs((xs) => xs.div(xs.sum([1, 2, 3], true).sub(xs.sum([1, 2, 3], true)))),
      'non-finite-data',
    ],
    'no distributions': [onTensors((xs, ys) => ({ xs, ys: ys.mul(0.9) })), 'label-range'],
  }
  test.each(Object.keys(ofDigits))('%s', async (name) => {
    const [augment, cause] = ofDigits[name]!
    const found = await expectNoNewTensors(() => causeOf(augment, digits))
    expect(found, found.summary).toMatchObject({ status: 'failed', cause })
  })

  test('of quantities, inputs turned round without their targets', async () => {
    for (const seed of seeds) {
      const found = await causeOf(onInputs(tf.neg), quantities(300, seed), { seed })
      expect(found).toMatchObject({ status: 'failed', cause: 'augmentation-shift' })
    }
  })

  test('what changes from call to call under one seed', async () => {
    let calls = 0
    const found = await causeOf(
      onInputs((xs) => xs.add(calls++)),
      digits,
    )
    expect(found).toMatchObject({ status: 'failed', cause: 'nondeterministic' })
  })

  test('what leaves tensors behind, unless the loop frees them', async () => {
    const leaking: Augment = ({ xs, ys }) => ({
      xs: tf.add(xs as tf.Tensor, tf.randomNormal([(xs as tf.Tensor).shape[0]!, 28, 28, 1], 0, 0.1)),
      ys,
    })
    const kept = tf.memory().numTensors
    expect(await causeOf(leaking, digits)).toMatchObject({ status: 'failed', cause: 'tensor-leak' })
    expect(tf.memory().numTensors).toBeGreaterThan(kept)
    expect((await causeOf(leaking, digits, { tidied: true })).status).toBe('passed')
  })
})

test.each([
  ['no function', undefined, {}, /subject: got undefined; wanted a function/],
  ['nothing returned', () => undefined, {}, /what augment returned: got undefined/],
  ['a promise', async (batch: Examples) => batch, {}, /what augment returned: got a Promise/],
  ['draws', (batch: Examples) => batch, { draws: 0 }, /options\.draws/],
  ['maxSpread', (batch: Examples) => batch, { maxSpread: 0.5 }, /options\.maxSpread/],
])('bad input is refused: %s', async (_, augment, options, message) => {
  await expectNoNewTensors(() =>
    expect(checkPreservesDistribution(augment as Augment, digits, options)).rejects.toThrow(message),
  )
})
