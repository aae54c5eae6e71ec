import { defaultSeed } from '../checks/options.js'
import type { Cause, CheckResult } from '../checks/result.js'
import { checksOf } from './applicable-checks.js'
import type { Recipe, RecipeReport, RunRecipeOptions } from './recipe.js'
import { runRecipeCheck } from './run-check.js'

/**
 * Runs every check that applies to a training program, in the recipe's order, without a test runner. A check that
 * throws ends as failed with what it threw; one that does not apply as skipped with what it misses.
 */
export async function runRecipe(recipe: Recipe, options: RunRecipeOptions = {}): Promise<RecipeReport> {
  const started = performance.now()
  const { seed = defaultSeed, signal, onResult } = options
  const results: CheckResult[] = []
  for (const check of checksOf(recipe, options)) {
    if (signal?.aborted) break
    const result = await runRecipeCheck(check, { seed, ...(signal && { signal }) })
    results.push(result)
    onResult?.(result)
  }
  const failed = results.filter(({ status }) => status === 'failed')
  return {
    passed: failed.length === 0,
    results,
    causes: rank(failed),
    seconds: (performance.now() - started) / 1000,
  }
}

/** A cause named by several checks comes before one named by a single check; then the order of the recipe decides. */
function rank(failed: readonly CheckResult[]): Cause[] {
  const causes = failed.flatMap((result) => result.causes.map((cause, place) => ({ cause, place })))
  const names = [...new Set(causes.map(({ cause }) => cause.name))]
  const score = (name: string) =>
    causes.filter(({ cause }) => cause.name === name).reduce((sum, { place }) => sum + 1 / (1 + place), 0)
  return names
    .map((name) => ({ cause: causes.find(({ cause }) => cause.name === name)!.cause, score: score(name) }))
    .sort((a, b) => b.score - a.score)
    .map(({ cause }) => cause)
}
