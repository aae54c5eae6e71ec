/** What can stop a run before its last step, and who hears of its progress. */
export interface RunControl {
  /** Aborted by the runner: the run stops at the next step. */
  signal?: AbortSignal
  /** `performance.now()` at which to stop. */
  deadline?: number
  onProgress?: (progress: { step: number; steps: number; loss: number }) => void
}
