import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkGeneralizesBetter } from '../../../src/checks/regularize/generalizes-better.js'
import type { Recipe } from '../../../src/recipe/recipe.js'
import { variations } from '../../../src/variations/index.js'
import { expectNoNewTensors } from '../../training/expect-no-new-tensors.js'
import { network, productAndSum } from '../overfit/toy-programs.js'

const [train, validation] = [productAndSum(40, 1), productAndSum(200, 3)]
const large = productAndSum(300, 11)
const base: Recipe = { create: network({ units: 32 }), train, validation, steps: 150 }
const quick = { seeds: 6 }

test('more data help; fewer do not', async () => {
  const more = { ...base, train: large }
  const better = await expectNoNewTensors(() => checkGeneralizesBetter(more, base, quick))
  expect(better).toMatchObject({ status: 'passed', stage: 'regularize', measured: { steps: 150 } })
  expect(better.summary).toMatch(/^Against the baseline it lowers validation loss by ≥ 1 %: supported/)
  const worse = await expectNoNewTensors(() => checkGeneralizesBetter(base, more, quick))
  expect(worse.status).toBe('failed')
  expect(worse.summary).toContain('refuted')
})

test('a variation is compared with its base', async () => {
  const dropout = variations.withDropout(0.8)(base)
  const result = await expectNoNewTensors(() =>
    checkGeneralizesBetter(dropout, base, { ...quick, hypothesis: 'raises validation loss by ≥ 5 %' }),
  )
  expect(result.summary).toMatch(/^Against the baseline it raises validation loss by ≥ 5 %: supported/)
})

test('a program against itself is refuted', async () => {
  const same = await checkGeneralizesBetter(base, { ...base }, { ...quick, steps: 30 })
  expect(same).toMatchObject({ status: 'failed', measured: { effect: 0, seeds: 2, steps: 30 } })
})

test('subjects take their data from the options; a live model is not changed', async () => {
  const model = network({ units: 32 })()
  const before = model.getWeights()[0]!.dataSync().slice()
  const result = await expectNoNewTensors(() =>
    checkGeneralizesBetter(model, network({ hidden: 0 }), {
      train: large,
      validation,
      ...quick,
      steps: 150,
    }),
  )
  expect(result.status).toBe('passed')
  expect(model.getWeights()[0]!.dataSync()).toEqual(before)
  model.dispose()
})

test('a hypothesis that something is kept', async () => {
  const result = await checkGeneralizesBetter({ ...base, batchSize: 31 }, base, {
    ...quick,
    hypothesis: 'keeps validation loss within 90 %',
  })
  expect(result.status).toBe('passed')
})

test('bad input', async () => {
  const other = { ...base, validation: { xs: validation.xs, ys: tf.ones([200, 1]) } }
  await expect(checkGeneralizesBetter(base, other, quick)).rejects.toThrow('the same labels to predict')
  await expect(checkGeneralizesBetter(base.create, base, quick)).rejects.toThrow('options.train')
  await expect(checkGeneralizesBetter(base.create, base, { train, ...quick })).rejects.toThrow(
    'options.validation',
  )
  const { validation: _, ...rest } = base
  await expect(checkGeneralizesBetter(base, rest, quick)).rejects.toThrow('baseline.validation')
  await expect(checkGeneralizesBetter(undefined as never, base, { train, validation })).rejects.toThrow(
    'subject',
  )
})
