import type { RunControl } from '../training/run.js'

/** What every check takes. */
export interface CheckOptions extends RunControl {
  /** Seeds initialisers, dropout and the order of the data. Default 42. */
  seed?: number
}

export const defaultSeed = 42

/** Whether a run ended because it was told to, not because of what it showed. */
export function wasCutShort(end: string): boolean {
  return end === 'deadline' || end === 'aborted'
}

/** The part of the options that steers a training run. */
export function controlOf({ signal, deadline, onProgress }: CheckOptions): RunControl {
  return {
    ...(signal && { signal }),
    ...(deadline !== undefined && { deadline }),
    ...(onProgress && { onProgress }),
  }
}
