import { describe, expect, test } from 'vitest'
import { variations } from '../../src/variations/index.js'
import { rewriteModel } from '../../src/variations/rewrite-model.js'
import { healthyPrograms } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { factsOf, recipeOf, trainFive } from './programs.js'

const models = Object.keys(healthyPrograms).filter((name) => name !== 'loop written by hand')

describe.each(models)('%s', (name) => {
  const recipe = recipeOf(name)

  test('stays what it is when nothing is changed', async () => {
    await expectNoNewTensors(async () => {
      const same = { ...recipe, create: rewriteModel('none', recipe.create, () => undefined) }
      expect(await factsOf(same.create)).toEqual(await factsOf(recipe.create))
      expect(await trainFive(same)).toEqual(await trainFive(recipe))
    })
  })

  test('trains with weight decay, dropout and more', async () => {
    await expectNoNewTensors(async () => {
      const varied = variations.withWeightDecay(0.01)(recipe)
      expect(varied).toEqual({ ...recipe, create: varied.create })
      for (const loss of await trainFive(varied)) expect(loss).toBeGreaterThan(0)
    })
  })
})
