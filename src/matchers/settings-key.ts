import type { BackendName } from '../backend/backend-name.js'

/** What the plugin tells the workers. JSON only: it crosses processes. */
export interface RecipeSettings {
  seed: number
  backend: 'auto' | BackendName
  /** Whether the `train` fixture returns a recorded run again. */
  cache: boolean
  /** The project's folder, from which packages are resolved. */
  root: string
}

export const settingsKey = 'vitest-recipe'

declare module 'vitest' {
  interface ProvidedContext {
    'vitest-recipe': RecipeSettings
  }
}
