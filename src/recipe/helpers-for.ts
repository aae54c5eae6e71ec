import { inject } from 'vitest'
import { backendInUse } from '../backend/select.js'
import { recipeSettings } from '../matchers/settings.js'
import { helpersKey } from '../matchers/settings-key.js'
import { storeFolder } from '../memo/store.js'
import { surroundingsOf } from '../memo/surroundings.js'
import type { AheadOptions } from '../parallel/run-ahead.js'
import type { Recipe, RunRecipeOptions } from './recipe.js'

/** As in a test that did not choose another timeout; a part of it is for the message. */
const defaultTimeout = 120_000
const shareOfTimeout = 0.85

/** The processes that may run checks of a recipe; undefined where there are no cores for them. */
export function helpersFor(
  { task }: Recipe,
  { timeout = defaultTimeout }: RunRecipeOptions,
): AheadOptions | undefined {
  const helpers = (inject(helpersKey) as number | undefined) ?? 0
  const backend = backendInUse()
  if (helpers < 1 || !backend) return undefined
  const { root, cache } = recipeSettings()
  return {
    helpers,
    setup: {
      backend: backend.name,
      root,
      milliseconds: shareOfTimeout * timeout,
      ...(task && { task }),
      ...(cache && { memory: { folder: storeFolder(root), surroundings: surroundingsOf(backend) } }),
    },
  }
}
