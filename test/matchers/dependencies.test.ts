import { stripVTControlCharacters } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { classes, normals } from '../programs/data.js'
import { Apply, faultyPrograms } from '../programs/faulty.js'
import { classifier, compiled } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { bytesOf } from '../training/weight-bytes.js'

const { dense } = tf.layers
const batch = classes(12, 1)
const steps = {
  xs: tf.tensor3d(normals(4 * 6 * 2, 1), [4, 6, 2]),
  ys: tf.tensor3d(normals(4 * 6, 2), [4, 6, 1]),
}
const recurrent = () =>
  compiled([tf.layers.gru({ inputShape: [6, 2], units: 4, returnSequences: true }), dense({ units: 1 })], {
    loss: 'meanSquaredError',
  })
const same = () =>
  compiled(
    [
      tf.layers.conv1d({ inputShape: [6, 2], filters: 4, kernelSize: 3, padding: 'same' }),
      dense({ units: 1 }),
    ],
    { loss: 'meanSquaredError' },
  )
const ignoring = () =>
  compiled(
    [
      new Apply((x) => tf.mul(x, [1, 1, 0, ...Array.from({ length: 13 }, () => 1)])),
      dense({ units: 4, activation: 'softmax' }),
    ].map((layer, i) => (i === 0 ? Object.assign(layer, { batchInputShape: [null, 16] }) : layer)),
  )
const mixing = faultyPrograms['softmax over the batch']!.create
const messageOf = (assertion: Promise<void>): Promise<string> =>
  assertion.then(
    () => 'passed',
    (error: Error) => stripVTControlCharacters(error.message),
  )

test('healthy programs pass, faulty ones under .not', async () => {
  await expectNoNewTensors(async () => {
    await expect(classifier).toKeepExamplesIndependent(batch)
    await expect(mixing).not.toKeepExamplesIndependent(batch)
    await expect(recurrent).toBeCausal(steps, { axis: 1 })
    await expect(same).not.toBeCausal(steps)
    await expect(classifier).toUseEveryInput(batch)
    await expect(ignoring).not.toUseEveryInput(batch)
  })
})

test('a live model keeps its weights', async () => {
  const model = classifier()
  const weights = bytesOf(model.getWeights())
  await expectNoNewTensors(async () => {
    await expect(model).toKeepExamplesIndependent(batch)
    await expect(model).toUseEveryInput(batch)
  })
  expect(bytesOf(model.getWeights())).toEqual(weights)
})

test('a live model with an unregistered layer gets its weights back', async () => {
  const model = ignoring()
  const weights = bytesOf(model.getWeights())
  await expect(model).toKeepExamplesIndependent(batch)
  await expect(model).not.toUseEveryInput(batch)
  expect(bytesOf(model.getWeights())).toEqual(weights)
})

test('messages name examples, steps and columns', async () => {
  expect(await messageOf(expect(mixing).toKeepExamplesIndependent(batch))).toMatch(
    /The prediction for example \d+ changes by [\d.]+ [\s\S]*measured {2}change [\s\S]*Likely cause: examples-mixed\n {2}why {2}the inputs of examples .* of 12 each change the prediction/,
  )
  expect(await messageOf(expect(same).toBeCausal(steps))).toMatch(
    /5 of 5 outputs see the future[\s\S]*Likely cause: future-leak\n {2}why {2}the output at step \d changes by/,
  )
  expect(await messageOf(expect(ignoring).toUseEveryInput(batch))).toMatch(
    /1 of 17 parts of the inputs are ignored: column 2\.[\s\S]*Likely cause: inputs-ignored/,
  )
  expect(await messageOf(expect(classifier).not.toUseEveryInput(batch))).toContain(
    'Expected this check to fail, but it passed. All 17 parts of the inputs reach the predictions.',
  )
})

test('bad input fails with and without .not', async () => {
  const disposed = { xs: tf.zeros([2, 16]), ys: tf.zeros([2, 4]) }
  disposed.xs.dispose()
  for (const matcher of ['toKeepExamplesIndependent', 'toBeCausal', 'toUseEveryInput'] as const) {
    await expect(expect(classifier)[matcher](disposed)).rejects.toThrow('disposed tensor')
    await expect(expect(classifier).not[matcher](disposed)).rejects.toThrow('disposed tensor')
    await expect(expect(3)[matcher](batch)).rejects.toThrow('subject')
  }
  await expect(expect(recurrent).toBeCausal(steps, { axis: 0 })).rejects.toThrow('options.axis: got 0')
  await expect(expect(recurrent).toBeCausal(steps, { axis: 3 })).rejects.toThrow('options.axis: got 3')
  disposed.ys.dispose()
})
