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
  const registry = globalThis as { [guarded]?: Map<string, unknown> }
  registry[guarded] ??= new Map()
  const known = registry[guarded]
  chai.use((chaiModule, utils) => {
    const methods = chaiModule.Assertion.prototype as unknown as Record<string, unknown>
    for (const name of names) {
      // With isolate: false the setup runs for every file of a worker: expect.extend may have put a fresh method
      // in place, or not; one that is guarded is never wrapped twice.
      if (methods[name] === known.get(name)) continue
      utils.overwriteMethod(
        methods,
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
      known.set(name, methods[name])
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
