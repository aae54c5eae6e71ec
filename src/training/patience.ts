import { AsyncLocalStorage } from 'node:async_hooks'
import { InvalidArgumentError } from '../errors.js'
import type { RunControl } from './run-control.js'

/** How long the code of the user may be waited for, and what has already kept a check waiting in vain. */
interface Patience extends Pick<RunControl, 'signal' | 'deadline'> {
  started: number
  neverResolved: Set<string>
}

const patience = new AsyncLocalStorage<Patience>()

/**
 * Runs a check that waits for promises of the user, in `untilStopped`, no longer than its deadline and its signal
 * allow. What is in `neverResolved`, and what comes to be, is not waited for again.
 */
export function withPatience<Result>(
  { signal, deadline }: RunControl,
  neverResolved: Set<string>,
  body: () => Result,
): Result {
  const limits = { ...(signal && { signal }), ...(deadline !== undefined && { deadline }) }
  return patience.run({ ...limits, started: performance.now(), neverResolved }, body)
}

/**
 * The value of a promise that the user's code returned. Throws `InvalidArgumentError` when it has not resolved at
 * the deadline of the check or is not waited for any more; what arrives later is disposed.
 */
export async function untilStopped<Value>(what: string, value: Value | Promise<Value>): Promise<Value> {
  const limits = patience.getStore()
  if (!limits || !isThenable(value)) return value
  const { signal, deadline = Infinity, started, neverResolved } = limits
  let stopped = false
  value.then(
    (late) => {
      if (stopped) (late as { dispose?: () => void } | undefined)?.dispose?.()
    },
    () => {},
  )
  let forget = () => {}
  const stop = new Promise<never>((_, reject) => {
    const give = (when: string) => {
      stopped = true
      reject(
        new InvalidArgumentError(
          what,
          `a promise that had not resolved ${when}`,
          'one that resolves in time',
        ),
      )
    }
    const giveUp = () => {
      neverResolved.add(what)
      give(
        `after ${((performance.now() - started) / 1000).toFixed(1)} s, when the time of this check ran out`,
      )
    }
    const onAbort = () => give('when the run was aborted')
    if (signal?.aborted) onAbort()
    else if (neverResolved.has(what)) give('in an earlier check either')
    signal?.addEventListener('abort', onAbort)
    const timer = Number.isFinite(deadline) && setTimeout(giveUp, Math.max(0, deadline - performance.now()))
    forget = () => {
      if (timer) clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  })
  try {
    return await Promise.race([value, stop])
  } finally {
    forget()
  }
}

function isThenable<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}
