import { expect, test } from 'vitest'
import { jobsOf } from '../../src/parallel/jobs.js'
import type { RecipeCheck } from '../../src/recipe/recipe-context.js'
import { spareCores } from '../../src/report/provide-helpers.js'

const check = (name: string, missing?: string): RecipeCheck => ({
  name,
  stage: 'skeleton',
  ...(missing !== undefined && { missing }),
  run: () => Promise.reject(new Error('not run here')),
})

test('checks that share a training are one job under each seed; some stay where they are', () => {
  const jobs = jobsOf(
    [
      { check: check('loads-deterministically'), seeds: 2 },
      { check: check('reproducible'), seeds: 2 },
      { check: check('updates-every-weight'), seeds: 2 },
      { check: check('causal', 'the recipe does not say'), seeds: 2 },
      { check: check('healthy-gradients'), seeds: 2 },
      { check: check('human-baseline'), seeds: 4 },
      { check: check('has-converged'), seeds: 1 },
    ],
    7,
  )
  expect(jobs).toEqual([
    [
      { check: 'updates-every-weight', seed: 7 },
      { check: 'healthy-gradients', seed: 7 },
    ],
    [
      { check: 'updates-every-weight', seed: 8 },
      { check: 'healthy-gradients', seed: 8 },
    ],
    [
      { check: 'human-baseline', seed: 7 },
      { check: 'human-baseline', seed: 8 },
      { check: 'human-baseline', seed: 9 },
      { check: 'has-converged', seed: 7 },
    ],
    [{ check: 'human-baseline', seed: 10 }],
  ])
})

test.each([
  [{ files: 1, workers: 1, cores: 2 }, 1],
  [{ files: 1, workers: 7, cores: 8 }, 7],
  [{ files: 2, workers: 7, cores: 8 }, 3],
  [{ files: 100, workers: 7, cores: 8 }, 0],
  [{ files: 1, workers: 1, cores: 1 }, 0],
  [{ files: 0, workers: 3, cores: 4 }, 3],
])('cores that no file needs are shared among the workers: %o', (given, helpers) => {
  expect(spareCores(given)).toBe(helpers)
})
