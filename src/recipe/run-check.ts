import { type CheckOptions, defaultSeed } from '../checks/options.js'
import { type Cause, type CheckResult, skippedResult } from '../checks/result.js'
import { InvalidArgumentError, MissingInformationError } from '../errors.js'
import type { RecipeCheck } from './recipe-context.js'
import { AlreadyToldError } from './told-once.js'

/** What checks threw, for those who can show where. */
const thrownErrors = new WeakMap<RecipeCheck, unknown>()

/** What a check threw when it ran last. */
export function thrownBy(check: RecipeCheck): unknown {
  return thrownErrors.get(check)
}

/**
 * Runs one check of a recipe. It never rejects: a check that does not apply, or misses information, ends as skipped
 * with what it misses; one that throws ends as failed with what it threw. One that throws what an earlier check has
 * told is skipped, with the cause it would have named: it counts when causes are ranked.
 */
export async function runRecipeCheck(check: RecipeCheck, options: CheckOptions): Promise<CheckResult> {
  const started = performance.now()
  const { seed = defaultSeed } = options
  const skipped = (reason: string) => skippedResult({ check: check.name, stage: check.stage, reason, seed })
  thrownErrors.delete(check)
  if (check.missing) return skipped(check.missing)
  try {
    return await check.run(options)
  } catch (error) {
    if (error instanceof AlreadyToldError) return { ...skipped(error.message), causes: causesOf(error.cause) }
    if (error instanceof MissingInformationError)
      return skipped(`it got ${error.given}; it needs ${error.wanted}`)
    thrownErrors.set(check, error)
    return {
      ...skipped(''),
      status: 'failed',
      summary: `Could not run: ${(error as Error | undefined)?.message ?? String(error)}`,
      causes: causesOf(error),
      seconds: (performance.now() - started) / 1000,
    }
  }
}

function causesOf(error: unknown): Cause[] {
  if (!(error instanceof InvalidArgumentError) || !error.causeName) return []
  return [
    { name: error.causeName, evidence: `${error.argument}: ${error.given}`, fix: `give ${error.wanted}` },
  ]
}
