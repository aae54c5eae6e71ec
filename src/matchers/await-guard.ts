import { chai } from 'vitest'

interface TestWithHooks {
  context?: { onTestFinished?: (hook: () => Promise<void>) => void }
}

const guarded = Symbol.for('vitest-recipe.await-guard')

/**
 * Fails a test, at the line of the call, when the promise of one of these matchers was not awaited. Without
 * this a forgotten `await` on a slow matcher is a green test: its failure arrives after the test has ended.
 */
export function guardAwait(names: readonly string[]): void {
  const registry = globalThis as { [guarded]?: Set<string> }
  registry[guarded] ??= new Set()
  const done = registry[guarded]
  // With isolate: false the setup file runs once per test file in one worker: never wrap twice.
  const missing = names.filter((name) => !done.has(name))
  for (const name of missing) done.add(name)
  chai.use((chaiModule, utils) => {
    for (const name of missing) {
      utils.overwriteMethod(
        chaiModule.Assertion.prototype,
        name,
        (original: (...args: unknown[]) => unknown) =>
          function guardedMatcher(this: object, ...args: unknown[]) {
            const test = utils.flag(this, 'vitest-test') as TestWithHooks | undefined
            const callSite = new Error(
              `expect(…).${name}() was not awaited: write \`await expect(…).${name}()\`.`,
            )
            Error.captureStackTrace(callSite, guardedMatcher)
            const result = original.apply(this, args)
            if (!isPromise(result) || !test?.context?.onTestFinished) return result
            return awaitable(result, callSite, test.context.onTestFinished)
          },
      )
    }
  })
}

function awaitable(
  promise: Promise<unknown>,
  callSite: Error,
  onTestFinished: (hook: () => Promise<void>) => void,
): object {
  const located = promise.catch((error: unknown) => {
    // A thenable of our own loses the asynchronous stack: point to the call instead.
    if (error instanceof Error)
      error.stack = String(callSite.stack).replace(callSite.message, () => error.message)
    throw error
  })
  located.catch(() => {})
  let awaited = false
  onTestFinished(async () => {
    await located.catch(() => {})
    if (!awaited) throw callSite
  })
  const marking =
    <Args extends unknown[], Result>(method: (...args: Args) => Result) =>
    (...args: Args): Result => {
      awaited = true
      return method(...args)
    }
  return {
    // biome-ignore lint/suspicious/noThenProperty: being a thenable is how it learns that it is awaited
    then: marking(located.then.bind(located)),
    catch: marking(located.catch.bind(located)),
    finally: marking(located.finally.bind(located)),
    [Symbol.toStringTag]: 'Promise',
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Promise<unknown>).then === 'function'
}
