import type { Diagnoses } from '../diagnosis/overfit-evidence.js'
import { InvalidArgumentError } from '../errors.js'
import type { Task } from '../statistics/label-kind.js'
import { describe } from '../training/examples.js'
import type { RunControl } from '../training/run.js'

export { defaultSeed } from '../default-seed.js'

/** What every check takes. */
export interface CheckOptions extends RunControl {
  /** Seeds initialisers, dropout and the order of the data. Default 42. */
  seed?: number
  /** What the labels are; inferred when absent. */
  task?: Task
  /** Diagnoses that other checks of the same program have paid for, by seed; a recipe shares them. */
  diagnoses?: Diagnoses
}

/** What to do about a check whose time ran out. Two minutes are the plugin's default. */
export const moreTime =
  'Give it more time: test(name, fn, 300_000), or in a recipe the option timeout: 300_000.'

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

/** Throws unless each of these options, where given, is a positive whole number. */
export function assertCounts(options: Record<string, number | undefined>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (Number.isInteger(value) && value > 0)) continue
    throw new InvalidArgumentError(`options.${name}`, describe(value), 'a positive whole number')
  }
}
