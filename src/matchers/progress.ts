import type { CheckOptions } from '../checks/options.js'
import { formatNumber } from '../figures/number.js'
import { recipeSettings } from './settings.js'
import type { Progress } from './settings-key.js'

type Listener = NonNullable<CheckOptions['onProgress']>

/** Milliseconds after which a check that trains says how far it is, and between two sayings. */
const pace = {
  /** At a terminal one line is written over and over. */
  live: { first: 2000, every: 250 },
  /** In a log every line stays. */
  lines: { first: 5000, every: 10_000 },
}

/** Tells how far a check is: its step and its loss, through the console, from where the reporter takes it. */
export function progressListener(
  check: string | (() => string),
  progress: Progress = recipeSettings().progress,
): Listener | undefined {
  if (progress === 'off') return undefined
  const { first, every } = pace[progress]
  let next = performance.now() + first
  return (at) => {
    if (performance.now() < next) return
    next = performance.now() + every
    console.info(progressLine(typeof check === 'string' ? check : check(), at))
  }
}

export function progressLine(check: string, { step, steps, loss }: Parameters<Listener>[0]): string {
  return `${check}: step ${step} of at most ${steps}, loss ${formatNumber(loss)}`
}

/** Whether something printed is a line, or several, of `progressLine`. */
export function isProgress(printed: string): boolean {
  return /^([\w-]+: step \d+ of at most \d+, loss \S+\n?)+$/.test(printed)
}
