import type { CheckOptions } from '../checks/options.js'
import type { CheckResult } from '../checks/result.js'
import type { RecipeCheck } from '../recipe/recipe-context.js'
import { members } from '../recipe/squeeze-checks.js'

/** A check under a seed. */
export interface Task {
  check: string
  seed: number
}

/** Tasks that share trainings: one process makes them for all. */
export type Job = Task[]

export type JobResults = Array<Task & { result: CheckResult }>

export type JobProgress = Parameters<NonNullable<CheckOptions['onProgress']>>[0]

const sharing: Record<string, string> = {
  'overfit-batch': 'first steps',
  'updates-every-weight': 'first steps',
  'healthy-activations': 'first steps',
  'healthy-gradients': 'first steps',
  'human-baseline': 'after training',
  'has-converged': 'after training',
  'beats-its-members': 'after training',
}

/** They are about doing it here, with what the user gave. */
const staying = new Set(['loads-deterministically', 'reproducible'])

/** What can be done elsewhere, in the order of the recipe. `seeds`: how many a check runs under. */
export function jobsOf(
  checks: ReadonlyArray<{ check: RecipeCheck; seeds: number }>,
  firstSeed: number,
): Job[] {
  const jobs = new Map<string, Job>()
  for (const { check, seeds } of checks) {
    if (check.missing !== undefined || staying.has(check.name)) continue
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const key = keyOf(check.name, seed, firstSeed)
      jobs.set(key, [...(jobs.get(key) ?? []), { check: check.name, seed }])
    }
  }
  return [...jobs.values()]
}

function keyOf(check: string, seed: number, firstSeed: number): string {
  const shared = sharing[check]
  // The members of an ensemble are the programs trained under the first seeds.
  const first = shared === 'after training' && seed < firstSeed + members ? firstSeed : seed
  return `${shared ?? check} ${first}`
}
