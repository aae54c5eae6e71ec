import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digits } from '../../../fixtures/digits.js'
import { checkBeatsItsMembers } from '../../../src/checks/squeeze/beats-its-members.js'
import { runPlan } from '../../../src/training/planned-run.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { perceptron } from '../moon-programs.js'

const train = digits('train', 0, 400)
const validation = digits('t10k', 0, 300)
const create = () => {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      tf.layers.dense({ units: 16, activation: 'relu' }),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' })
  return model
}
/** Labels k where there was k + 1. */
const shifted = {
  xs: train.xs,
  ys: tf.tidy(() => {
    const ys = train.ys as tf.Tensor2D
    return tf.keep(tf.concat([ys.slice([0, 1], [-1, 9]), ys.slice([0, 0], [-1, 1])], 1))
  }),
}
let members: tf.LayersModel[]
let untrained: tf.LayersModel
let otherMap: tf.LayersModel

async function trained(seed: number, data = train, steps = 100): Promise<tf.LayersModel> {
  const { program } = await runPlan({ create, train: data }, { seed, steps })
  return (program as unknown as { model: tf.LayersModel }).model
}

beforeAll(async () => {
  members = [await trained(1), await trained(2), await trained(3)]
  untrained = await trained(4, train, 1)
  otherMap = await trained(5, shifted)
})
afterAll(() => {
  for (const model of [...members, untrained, otherMap]) model.dispose()
})

test('three members that differ are better together than apart', async () => {
  const result = await expectNoNewTensors(() => checkBeatsItsMembers(members, validation))
  expect(result).toMatchObject({ status: 'passed', stage: 'squeeze', causes: [] })
  const { ensemble, best, member1, member2, member3 } = result.measured
  expect(best).toBe(Math.min(member1!, member2!, member3!))
  expect(ensemble).toBeLessThan((member1! + member2! + member3!) / 3)
})

test('never worse than the mean of the members, whatever they are (Jensen)', async () => {
  const { measured } = await checkBeatsItsMembers([untrained, otherMap, members[0]!], validation)
  expect(measured.ensemble).toBeLessThan((measured.member1! + measured.member2! + measured.member3!) / 3)
})

test.each([
  [
    'the same twice',
    () => [members[0]!, members[0]!],
    'identical-members',
    'members 1 and 2 predict the same',
  ],
  [
    'one that was not trained',
    () => [members[0]!, members[1]!, untrained],
    'broken-member',
    'member 3 has loss',
  ],
  ['one with another list of classes', () => [members[0]!, members[1]!, otherMap], 'label-map-mismatch', '→'],
] as const)('%s', async (_name, of, cause, evidence) => {
  const result = await checkBeatsItsMembers(of(), validation)
  expect(result.status).toBe('failed')
  expect(result.causes[0]).toMatchObject({ name: cause, evidence: expect.stringContaining(evidence) })
})

test.each([
  [
    'weights that are no numbers',
    (w: tf.Tensor) => tf.fill(w.shape, Number.NaN),
    'broken-member',
    '3000 of the 3000',
  ],
  ['weights without a head', (w: tf.Tensor) => tf.zerosLike(w), 'broken-member', 'member 3 has loss 2.3'],
] as const)('a member with %s', async (_name, change, cause, evidence) => {
  const damaged = create()
  tf.tidy(() => damaged.setWeights(members[2]!.getWeights().map(change)))
  const result = await expectNoNewTensors(() =>
    checkBeatsItsMembers([...members.slice(0, 2), damaged], validation),
  )
  damaged.dispose()
  expect(result.status).toBe('failed')
  expect(result.causes).toMatchObject([{ name: cause, evidence: expect.stringContaining(evidence) }])
})

/** A member as it is, with other activation at its end. */
function withHead(of: tf.LayersModel, activation: 'linear' | 'softmax', order = tf.range(0, 10, 1, 'int32')) {
  const [hidden, bias, kernel, last] = of.getWeights()
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      tf.layers.dense({ units: 16, activation: 'relu' }),
      tf.layers.dense({ units: 10, activation }),
    ],
  })
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' })
  tf.tidy(() => model.setWeights([hidden!, bias!, tf.gather(kernel!, order, 1), tf.gather(last!, order)]))
  return model
}

test('a member without its softmax', async () => {
  const scores = withHead(members[2]!, 'linear')
  const result = await checkBeatsItsMembers([members[0]!, members[1]!, scores], validation)
  scores.dispose()
  expect(result.status).toBe('failed')
  expect(result.causes[0]).toMatchObject({
    name: 'missing-softmax',
    evidence: expect.stringMatching(/^member 3: /),
  })
})

test('two of ten classes exchanged, in a list of two', async () => {
  const order = tf.tensor1d([0, 1, 2, 7, 4, 5, 6, 3, 8, 9], 'int32')
  const exchanged = withHead(members[2]!, 'softmax', order)
  const result = await checkBeatsItsMembers([members[0]!, exchanged], validation)
  exchanged.dispose()
  expect(result.causes[0]).toMatchObject({
    name: 'label-map-mismatch',
    evidence: expect.stringMatching(/member 2 gets .*\(predicted → labelled: 3 → 7, 7 → 3\)$/),
  })
})

test('labels that no member agrees with', async () => {
  const ys = tf.reverse(validation.ys as tf.Tensor2D, 1)
  const { causes } = await checkBeatsItsMembers(members, { xs: validation.xs, ys })
  ys.dispose()
  expect(causes.map(({ name }) => name)).toEqual(Array.from({ length: 3 }, () => 'label-map-mismatch'))
  expect(causes[0]!.fix).toMatch(/^no member agrees with the labels/)
})

test('more can be asked for', async () => {
  const result = await checkBeatsItsMembers(members, validation, { margin: 0.9 })
  expect(result.status).toBe('failed')
  expect(result.causes).toMatchObject([
    {
      name: expect.stringMatching(/^(broken-member|identical-members)$/),
      evidence: expect.stringContaining('averaging gains'),
    },
  ])
})

test.each([
  ['one model', () => [members[0]!], {}, 'at least two trained models'],
  ['no list', () => members[0]! as never, {}, 'subject'],
  ['another output', () => [members[0]!, perceptron()], {}, 'wanted what the model takes'],
  ['a margin of 1', () => members, { margin: 1 }, 'options.margin'],
])('%s is refused', async (_name, of, options, said) => {
  await expect(checkBeatsItsMembers(of(), validation, options)).rejects.toThrow(said)
})
