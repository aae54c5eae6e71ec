import type { MatcherState } from 'vitest'
import type { CheckOptions } from '../checks/options.js'
import type { CheckResult } from '../checks/result.js'
import { failureMessage, negatedMessage } from './message.js'
import { progressListener } from './progress.js'
import { attachCurves, recordResult } from './record.js'
import { recipeSettings } from './settings.js'

export interface MatcherOutcome {
  pass: boolean
  message: () => string
}

/** What training under a matcher may use of the test's time; the rest is for the message and the clean-up. */
const shareOfTimeout = 0.85

/**
 * Runs a check for a matcher: gives it the seed, the test's deadline and its abort signal, and turns the result
 * into a matcher's answer. Bad input throws, so that `.not` does not pass on it.
 */
export async function answerWith(
  state: MatcherState,
  matcher: string,
  check: (options: CheckOptions) => Promise<CheckResult>,
  messageOf: typeof failureMessage = failureMessage,
): Promise<MatcherOutcome> {
  const onProgress = progressListener(matcher)
  const result = await check({ ...controlFor(state), ...(onProgress && { onProgress }) })
  recordResult(state, result)
  if (result.status === 'skipped') throw new Error(`${matcher}: ${result.summary}`)
  const pass = result.status === 'passed'
  if (!pass && !state.isNot) await attachCurves(state, result)
  return {
    pass,
    message: () => (pass ? negatedMessage(state.utils, matcher, result) : messageOf(state, matcher, result)),
  }
}

/** Seed, deadline and abort signal of the test a matcher runs in. */
export function controlFor({ task }: MatcherState): CheckOptions {
  const options: CheckOptions = { seed: recipeSettings().seed }
  if (!task) return options
  const { signal } = task.context
  if (signal) options.signal = signal
  const { timeout } = task
  if (timeout > 0 && Number.isFinite(timeout)) {
    const elapsed = Date.now() - (task.result?.startTime ?? Date.now())
    options.deadline = performance.now() - elapsed + shareOfTimeout * timeout
  }
  return options
}
