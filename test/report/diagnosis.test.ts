import { expect, test } from 'vitest'
import type { TestModule } from 'vitest/node'
import type { RecordedResult } from '../../src/matchers/record.js'
import { diagnosisLines } from '../../src/report/diagnosis.js'

const result = (check: string, status: RecordedResult['status'], cause?: string) => ({
  check,
  status,
  stage: check.startsWith('data') ? 'data' : 'skeleton',
  summary: 's',
  causes: cause ? [{ name: cause, evidence: `${check} says so`, fix: 'mend it' }] : [],
})

function moduleOf(results: Array<ReturnType<typeof result>>, inRecipe: string | undefined = 'digits') {
  const tests = results.map((result) => ({
    parent: { type: 'suite', fullName: 'models > digits' },
    meta: () => ({ recipe: { inRecipe, results: [result] } }),
  }))
  return { relativeModuleId: 'a.test.ts', children: { allTests: () => tests } } as unknown as TestModule
}

test('nothing is said of a recipe that passed, nor of checks outside of one', () => {
  expect(diagnosisLines([moduleOf([result('data-a', 'passed'), result('b', 'skipped')])])).toEqual([])
  const loose = moduleOf([result('b', 'failed')])
  for (const test of loose.children.allTests()) delete test.meta().recipe?.inRecipe
  const outside = { ...loose, children: { allTests: () => [{ meta: () => ({}) }] } }
  expect(diagnosisLines([outside as unknown as TestModule])).toEqual([])
})

test('stages in order with what failed, then the causes, the one to mend first in front', () => {
  const lines = diagnosisLines([
    moduleOf([
      result('data-a', 'passed'),
      result('data-b', 'skipped'),
      result('overfit', 'failed', 'learning-rate-too-high'),
      result('gradients', 'failed', 'no-gradient'),
    ]),
  ])
  expect(lines).toEqual([
    '',
    '  Diagnosis  a.test.ts > models > digits',
    '       data  ✓ 1 passed · ↓ 1 skipped',
    '   skeleton  ✗ overfit, ✗ gradients',
    '         1.  learning-rate-too-high  ← mend this first  (overfit)',
    '             why  overfit says so',
    '             try  mend it',
    '         2.  no-gradient  (gradients)',
    '             why  gradients says so',
    '             try  mend it',
  ])
})

test('more than three causes: the others by name only', () => {
  const causes = ['label-range', 'label-shape', 'wrong-loss', 'dead-units', 'no-gradient']
  const lines = diagnosisLines([moduleOf(causes.map((cause, i) => result(`c${i}`, 'failed', cause)))])
  expect(lines.at(-1)).toBe('             and dead-units, no-gradient')
})

test('a failure without a cause is told as it is', () => {
  const lines = diagnosisLines([moduleOf([result('c', 'failed')])])
  expect(lines.at(-1)).toBe('          ?  c: s')
})
