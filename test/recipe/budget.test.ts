import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import type { CheckResult } from '../../src/checks/result.js'
import { skippedResult } from '../../src/checks/result.js'
import { overSeeds } from '../../src/recipe/budget.js'
import { runRecipe } from '../../src/recipe/run-recipe.js'
import { classes } from '../programs/data.js'
import { classifier } from '../programs/healthy.js'

const result = (seed: number, status: CheckResult['status']): CheckResult => ({
  ...skippedResult({ check: 'c', stage: 'skeleton', reason: 'r', seed }),
  status,
  summary: `Loss 1.`,
  seconds: 1,
})
const check = (statusOf: (seed: number) => CheckResult['status'], seen: number[]) => ({
  name: 'c',
  stage: 'skeleton' as const,
  async run({ seed }: { seed?: number }) {
    seen.push(seed!)
    return result(seed!, statusOf(seed!))
  },
})

test('a check passes that passes under every seed', async () => {
  const seen: number[] = []
  const { status, summary, seconds } = await overSeeds(
    check(() => 'passed', seen),
    3,
  ).run({ seed: 7 })
  expect(seen).toEqual([7, 8, 9])
  expect({ status, summary, seconds }).toEqual({
    status: 'passed',
    summary: 'Loss 1. (The same under 3 seeds, 7 to 9.)',
    seconds: 3,
  })
})

test('it ends with the first seed that fails, and says which', async () => {
  const seen: number[] = []
  const run = overSeeds(
    check((seed) => (seed === 8 ? 'failed' : 'passed'), seen),
    5,
  )
  expect(await run.run({ seed: 7 })).toMatchObject({
    status: 'failed',
    seed: 8,
    summary: 'Loss 1. (Seed 8; the one before passed.)',
  })
  expect(seen).toEqual([7, 8])
})

test('what is skipped is skipped once', async () => {
  const seen: number[] = []
  expect(
    (
      await overSeeds(
        check(() => 'skipped', seen),
        5,
      ).run({ seed: 7 })
    ).status,
  ).toBe('skipped')
  expect(seen).toEqual([7])
})

test('thorough asks more than one seed, quick trains less', async () => {
  const train = classes(400, 1)
  const only = ['init-loss-near']
  const thorough = await runRecipe({ create: classifier, train }, { budget: 'thorough', only })
  expect(thorough.results[0]!.summary).toContain('under 5 seeds, 42 to 46')
  const slow = () => classifier({ optimizer: () => tf.train.sgd(1e-6) })
  const quick = await runRecipe({ create: slow, train }, { budget: 'quick', only: ['zero-input-baseline'] })
  expect(quick.results[0]!.measured.steps).toBe(300)
})

test('an unknown budget is refused', async () => {
  const recipe = { create: classifier, train: classes(40, 1) }
  await expect(runRecipe(recipe, { budget: 'fast' as 'quick' })).rejects.toThrow(
    /options\.budget: got "fast"/,
  )
})
