import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { carsMlp, digitsCnn, digitsMlp, moonsMlp } from '../../../fixtures/zoo/bases.js'
import { onTrainingInputs, shuffledApart, trainingRows } from '../../../fixtures/zoo/changes.js'
import * as data from '../../../fixtures/zoo/data.js'
import { disposeData, type Program } from '../../../fixtures/zoo/program.js'
import { writer } from '../../../fixtures/zoo/sequences.js'
import { checkSameDistribution } from '../../../src/checks/data/same-distribution.js'
import { checkTargetLeak } from '../../../src/checks/data/target-leak.js'

async function examine(program: Pick<Program, 'data'>, seed: number) {
  const { train, validation } = program.data(seed)
  const result = await checkSameDistribution(train, validation, { seed })
  disposeData({ train, validation })
  return result
}

test.each([digitsMlp, carsMlp, moonsMlp].map((family) => [family().name, family] as const))(
  'splits of one source pass under twenty seeds: %s',
  async (_name, family) => {
    for (let seed = 1; seed <= 20; seed++) {
      const { status, summary } = await examine(family(), seed)
      expect(status, summary).toBe('passed')
    }
  },
)

test('other shares of the classes, and labels of other examples, are no shift', async () => {
  const rare = trainingRows((labels) =>
    labels.flatMap(([label], i) => (label === 0 || i % 12 === 0 ? [i] : [])),
  )
  for (let seed = 1; seed <= 5; seed++) {
    expect((await examine(moonsMlp('', { data: rare }), seed)).status).toBe('passed')
    expect((await examine(moonsMlp('', { data: shuffledApart }), seed)).status).toBe('passed')
  }
})

const shifted: Array<[string, Program]> = [
  ['digits upside down', digitsCnn('', { data: onTrainingInputs((xs) => tf.reverse(xs, [1, 2])) })],
  ['colours inverted', digitsMlp('', { data: onTrainingInputs((xs) => tf.sub(1, xs)) })],
  ['another mean', carsMlp('', { data: onTrainingInputs((xs) => tf.add(xs, 1)) })],
]
test.each(shifted)('training inputs changed alone are named: %s', async (_name, program) => {
  for (let seed = 1; seed <= 3; seed++) {
    const { status, causes, summary } = await examine(program, seed)
    expect(status, summary).toBe('failed')
    expect(causes[0]!.name).toBe('augmentation-shift')
  }
})

test('targets that a causal model has been given are a leak, those that follow are none', async () => {
  for (const [shift, expected] of [
    [1, 'skipped'],
    [0, 'failed'],
    [-2, 'failed'],
  ] as const) {
    const { train, validation } = data.characters(1, shift)
    const { status, causes } = await checkTargetLeak(train, writer().recipe)
    expect(status, `shift ${shift}`).toBe(expected)
    if (status === 'failed') expect(causes[0]!.name).toBe('target-leak')
    disposeData({ train, validation })
  }
})

test('a target in other units is a leak, a strong feature is none', async () => {
  const { train, validation } = data.cars(1)
  const leaking = tf.concat([train.xs as tf.Tensor, tf.add(tf.mul(train.ys as tf.Tensor, 7.8), 23.4)], 1)
  const noisy = tf.concat(
    [train.xs as tf.Tensor, tf.add(train.ys as tf.Tensor, tf.randomNormal([314, 1], 0, 0.1))],
    1,
  )
  expect((await checkTargetLeak({ xs: leaking, ys: train.ys }, { identical: true })).causes[0]?.name).toBe(
    'target-leak',
  )
  expect((await checkTargetLeak({ xs: noisy, ys: train.ys }, { identical: true })).status).toBe('passed')
  tf.dispose([leaking, noisy])
  disposeData({ train, validation })
})
