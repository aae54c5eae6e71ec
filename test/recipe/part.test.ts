import { expect, test } from 'vitest'
import { checksOf } from '../../src/recipe/applicable-checks.js'
import type { RunRecipeOptions } from '../../src/recipe/recipe.js'
import { classes } from '../programs/data.js'
import { classifier } from '../programs/healthy.js'

const recipe = () => ({ create: classifier, train: classes(60, 1), validation: classes(60, 2) })
const namesOf = (options: RunRecipeOptions) => checksOf(recipe(), options).checks.map(({ name }) => name)

test.each([1, 2, 3, 5, 50])('%i parts have every check once, in the order of the recipe', (count) => {
  for (const budget of ['quick', 'thorough'] as const) {
    const all = namesOf({ budget })
    const parts = Array.from({ length: count }, (_, i) => namesOf({ budget, part: `${i + 1}/${count}` }))
    expect(parts.flat().toSorted()).toEqual(all.toSorted())
    for (const part of parts) expect(part).toEqual(all.filter((name) => part.includes(name)))
  }
})

test.each(['quick', 'thorough'] as const)('none of a few parts is empty, %s', (budget) => {
  for (const part of ['1/4', '2/4', '3/4', '4/4']) expect(namesOf({ budget, part })).not.toEqual([])
})

test('checks that share a training, or the data, are in one part', () => {
  const parts = Array.from({ length: 4 }, (_, i) => namesOf({ part: `${i + 1}/4` }))
  const partOf = (check: string) => parts.findIndex((names) => names.includes(check))
  for (const check of ['updates-every-weight', 'healthy-activations', 'healthy-gradients'])
    expect(partOf(check)).toBe(partOf('overfit-batch'))
  expect(partOf('same-distribution')).toBe(partOf('consistent-labels'))
  expect(partOf('has-converged')).toBe(partOf('human-baseline'))
})

test('parts are of what `only` and `skip` leave', () => {
  const only = ['overfit-batch', 'reproducible', 'finite-values']
  const parts = ['1/2', '2/2'].map((part) => namesOf({ only, part }))
  expect(parts.flat().toSorted()).toEqual(only.toSorted())
  expect(namesOf({ only, skip: ['finite-values', 'reproducible'], part: '2/2' })).toEqual([])
})

test.each(['0/2', '3/2', '1', '1/0', 'a/b', '1/2/3', 2, null])('%j is no part', (part) => {
  expect(() => namesOf({ part: part as string })).toThrow(/options\.part: got .*'1\/2'/)
})
