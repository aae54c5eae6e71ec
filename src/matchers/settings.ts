import { inject } from 'vitest'
import { defaultSeed } from '../default-seed.js'
import { type RecipeSettings, settingsKey } from './settings-key.js'

/** The plugin's settings, or the defaults when matchers are registered without it. */
export function recipeSettings(): RecipeSettings {
  const provided = inject(settingsKey) as RecipeSettings | undefined
  return (
    provided ?? {
      seed: defaultSeed,
      backend: 'auto',
      cache: true,
      progress: 'lines',
      root: process.cwd(),
      setupFiles: [],
    }
  )
}
