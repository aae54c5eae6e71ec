import { expect, test } from 'vitest'
import type { CauseName } from '../../src/diagnosis/cause.js'
import { rankCauses } from '../../src/diagnosis/rank.js'

const accused = (check: string, ...names: CauseName[]) => ({
  check,
  causes: names.map((name) => ({ name, evidence: `seen by ${check}`, fix: 'mend it' })),
})
const order = (...failed: Parameters<typeof rankCauses>[0]) => rankCauses(failed).map(({ name }) => name)

test('nothing failed, nothing named', () => {
  expect(rankCauses([])).toEqual([])
})

test('a cause that more checks name comes first, with the checks', () => {
  const failed = [
    accused('normalized', 'outliers'),
    accused('overfit-batch', 'learning-rate-too-high'),
    accused('zero-input-baseline', 'learning-rate-too-high'),
  ]
  expect(rankCauses(failed)[0]).toMatchObject({
    name: 'learning-rate-too-high',
    evidence: 'seen by overfit-batch',
    checks: ['overfit-batch', 'zero-input-baseline'],
  })
})

test('at the same weight the order of the recipe decides', () => {
  expect(order(accused('a', 'label-range'), accused('b', 'symmetric-init'))).toEqual([
    'label-range',
    'symmetric-init',
  ])
})

test('roots come before symptoms, however many checks see the symptom', () => {
  const symptoms = ['a', 'b', 'c'].map((check) => accused(check, 'no-gradient'))
  expect(order(...symptoms, accused('d', 'redundant-softmax'))).toEqual(['redundant-softmax', 'no-gradient'])
})

test('a blemish of the data comes after a root and before a symptom', () => {
  expect(
    order(accused('a', 'duplicates'), accused('b', 'dead-units'), accused('c', 'gradient-sign')),
  ).toEqual(['gradient-sign', 'duplicates', 'dead-units'])
})

test('inputs off scale come before the learning rate they ask for', () => {
  const rates = ['overfit-batch', 'zero-input-baseline'].map((check) =>
    accused(check, 'learning-rate-too-low'),
  )
  expect(order(accused('normalized', 'unnormalized-inputs'), ...rates)[0]).toBe('unnormalized-inputs')
})
