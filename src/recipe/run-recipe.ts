import { defaultSeed } from '../checks/options.js'
import type { CheckResult } from '../checks/result.js'
import { rankCauses } from '../diagnosis/rank.js'
import { checksOf } from './applicable-checks.js'
import type { Recipe, RecipeReport, RunRecipeOptions } from './recipe.js'
import { runRecipeCheck } from './run-check.js'

/** Milliseconds: as long as the plugin gives a test. */
const defaultTimeout = 120_000

/**
 * Runs every check that applies to a training program, in the recipe's order, without a test runner. A check that
 * throws ends as failed with what it threw; one that does not apply as skipped with what it misses.
 */
export async function runRecipe(recipe: Recipe, options: RunRecipeOptions = {}): Promise<RecipeReport> {
  const started = performance.now()
  const { seed = defaultSeed, timeout = defaultTimeout, signal, onResult, onProgress } = options
  const results: CheckResult[] = []
  const { checks, dispose } = checksOf(recipe, options)
  try {
    for (const check of checks) {
      if (signal?.aborted) break
      const result = await runRecipeCheck(check, {
        seed,
        deadline: performance.now() + timeout,
        ...(signal && { signal }),
        ...(onProgress && { onProgress: (progress) => onProgress({ check: check.name, ...progress }) }),
      })
      results.push(result)
      onResult?.(result)
    }
  } finally {
    await dispose()
  }
  return {
    passed: results.every(({ status }) => status !== 'failed'),
    results,
    causes: rankCauses(results).map(({ checks: _, ...cause }) => cause),
    seconds: (performance.now() - started) / 1000,
  }
}
