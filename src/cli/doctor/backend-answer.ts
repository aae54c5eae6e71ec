import type { BackendName } from '../../backend/backend-name.js'

/** What the child process found out about the backend. */
export interface BackendAnswer {
  name: BackendName | 'none'
  why: string
  /** Why it is not the native one, and what mends it. */
  warning?: string
  /** Whether it multiplied two matrices rightly. */
  computes: boolean
}

/** Other things may be printed, by TensorFlow or its packages; the answer is the line that starts like this. */
export const answerMarker = 'vitest-recipe-backend:'
