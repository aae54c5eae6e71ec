import { AsyncLocalStorage } from 'node:async_hooks'

/** What was found in data, by the data and by what was looked for. It goes when either the data or the holder goes. */
export class SharedFindings {
  readonly #byData = new WeakMap<object, Map<string, unknown>>()

  of(data: object): Map<string, unknown> {
    const known = this.#byData.get(data) ?? new Map<string, unknown>()
    this.#byData.set(data, known)
    return known
  }
}

const scopes = new AsyncLocalStorage<SharedFindings>()

/** Runs `body` with findings that it shares with whoever runs with the same: the checks of a recipe. */
export function sharingFindings<Result>(findings: SharedFindings, body: () => Result): Result {
  return scopes.run(findings, body)
}

/**
 * What `find` finds in `data`, looked for once where findings are shared. `what` names it, with all that it depends on
 * besides the data. Whoever calls a check by itself may have changed the numbers of a tensor since: nothing is kept
 * outside of `sharingFindings`.
 */
export function sharedFinding<Finding>(data: object, what: string, find: () => Finding): Finding {
  const known = scopes.getStore()?.of(data)
  if (known?.has(what)) return known.get(what) as Finding
  const found = find()
  known?.set(what, found)
  return found
}
