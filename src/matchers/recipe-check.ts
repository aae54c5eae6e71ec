import type { MatcherState } from 'vitest'
import type { CheckOptions } from '../checks/options.js'
import type { RunRecipeOptions } from '../recipe/recipe.js'
import type { RecipeCheck } from '../recipe/recipe-context.js'
import { runRecipeCheck } from '../recipe/run-check.js'
import { answerWith, type MatcherOutcome } from './define.js'
import { recipeFailureMessage } from './message.js'
import { recordResult } from './record.js'

/**
 * The tests of `describeRecipe` are made of this.
 * @internal
 */
export async function toPassRecipeCheck(
  this: MatcherState,
  check: RecipeCheck,
  options: RunRecipeOptions,
): Promise<MatcherOutcome> {
  const run = async (control: CheckOptions) => {
    const { seed, signal, onProgress } = options
    const result = await runRecipeCheck(check, {
      ...control,
      ...(seed !== undefined && { seed }),
      ...(signal && { signal: control.signal ? AbortSignal.any([signal, control.signal]) : signal }),
      ...(onProgress && {
        onProgress: (progress) => {
          control.onProgress?.(progress)
          onProgress({ check: check.name, ...progress })
        },
      }),
    })
    options.onResult?.(result)
    if (result.status === 'skipped') {
      recordResult(this, result)
      this.task?.context.skip(result.summary.replace(/^Skipped: /, ''))
    }
    return result
  }
  return answerWith(this, check.name, run, recipeFailureMessage)
}
