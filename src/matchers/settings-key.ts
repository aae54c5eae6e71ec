import type { BackendName } from '../backend/backend-name.js'

/** How checks that train say how far they are: on one line of a terminal, on lines of a log, or not at all. */
export type Progress = 'live' | 'lines' | 'off'

/** What the plugin tells the workers. JSON only: it crosses processes. */
export interface RecipeSettings {
  seed: number
  backend: 'auto' | BackendName
  /** Whether what was trained before is not trained again. */
  cache: boolean
  progress: Progress
  /** The project's folder, from which packages are resolved. */
  root: string
  /** Set-up files of the user, absolute. */
  setupFiles: readonly string[]
}

export const settingsKey = 'vitest-recipe'

/** How many processes a recipe may start besides its own: cores that no test file needs. */
export const helpersKey = 'vitest-recipe:helpers'

declare module 'vitest' {
  interface ProvidedContext {
    'vitest-recipe': RecipeSettings
    'vitest-recipe:helpers': number
  }
}
