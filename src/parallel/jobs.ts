import type { CheckOptions } from '../checks/options.js'
import type { CheckResult } from '../checks/result.js'
import type { RecipeCheck } from '../recipe/recipe-context.js'

/** Checks that share a training under a seed: one process makes it for all of them. */
export interface Job {
  checks: string[]
  seed: number
}

export type JobResults = Record<string, CheckResult>

export type JobProgress = Parameters<NonNullable<CheckOptions['onProgress']>>[0]

const sharing: Record<string, string> = {
  'updates-every-weight': 'first steps',
  'healthy-activations': 'first steps',
  'healthy-gradients': 'first steps',
  'human-baseline': 'after training',
  'has-converged': 'after training',
  'beats-its-members': 'after training',
}

/** They are about doing it here, with what the user gave. */
const staying = new Set(['loads-deterministically', 'reproducible'])

/** What can be done elsewhere, in the order of the recipe. `seedsOf`: how many seeds a check runs under. */
export function jobsOf(
  checks: ReadonlyArray<{ check: RecipeCheck; seeds: number }>,
  firstSeed: number,
): Job[] {
  const jobs = new Map<string, Job>()
  for (const { check, seeds } of checks) {
    if (check.missing !== undefined || staying.has(check.name)) continue
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const key = `${sharing[check.name] ?? check.name} ${seed}`
      const job = jobs.get(key) ?? { checks: [], seed }
      job.checks.push(check.name)
      jobs.set(key, job)
    }
  }
  return [...jobs.values()]
}
