import { describe, expect, test } from 'vitest'
import { rewriteModel } from '../../src/variations/rewrite-model.js'
import { healthyPrograms } from '../programs/healthy.js'
import { expectNoNewTensors } from '../training/expect-no-new-tensors.js'
import { factsOf, recipeOf, trainFive } from './programs.js'

const models = Object.keys(healthyPrograms).filter((name) => name !== 'loop written by hand')

describe.each(models)('%s', (name) => {
  const recipe = recipeOf(name)

  test('is the same program when nothing is changed, and trains to the same losses', async () => {
    await expectNoNewTensors(async () => {
      const same = { ...recipe, create: rewriteModel('none', recipe.create, () => undefined) }
      expect(await factsOf(same.create)).toEqual(await factsOf(recipe.create))
      expect(await trainFive(same)).toEqual(await trainFive(recipe))
    })
  })
})
