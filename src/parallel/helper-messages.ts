import type { BackendName } from '../backend/backend-name.js'
import type { Budget, Recipe } from '../recipe/recipe.js'
import type { Job, JobProgress, JobResults } from './jobs.js'
import type { PortableRecipe } from './portable-recipe.js'

/** What a helper is told when it starts. */
export interface HelperSetup {
  recipe: PortableRecipe
  budget: Budget
  /** Steps of the longest training. */
  steps: number
  /** What each check may take. */
  milliseconds: number
  backend: BackendName
  root: string
  task?: NonNullable<Recipe['task']>
  memory?: { folder: string; surroundings: string }
}

export interface ToHelper {
  job: Job
}

/** Results come when a job is done, and none of them when the helper is ready for its first. */
export type ToMain = { results: JobResults } | { progress: JobProgress }
