export type AnyFunction = (...args: never[]) => unknown

const keys = new WeakMap<object, string>()

/** The key by which a function of the user is told from others (`withCacheKey`); undefined without one. */
export function cacheKeyOf(fn: unknown): string | undefined {
  return typeof fn === 'function' ? keys.get(fn) : undefined
}

export function setCacheKey(fn: AnyFunction, key: string): void {
  keys.set(fn, key)
}

/** Gives a function that does no more than call another the key of that one. */
export function sameCacheKey<Function extends AnyFunction>(from: unknown, to: Function): Function {
  const key = cacheKeyOf(from)
  if (key !== undefined) setCacheKey(to, key)
  return to
}
