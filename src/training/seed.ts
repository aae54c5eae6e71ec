import { AsyncLocalStorage } from 'node:async_hooks'

interface Stream {
  seed: number
  random: () => number
}

const streams = new AsyncLocalStorage<Stream>()
const installed = Symbol.for('vitest-recipe.seeded-random')

/**
 * Tommy Ettinger's mulberry32: 32 bits of state, full period, good enough for initialisers and shuffles.
 * Returns a generator of numbers in [0, 1).
 */
export function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * A 32-bit seed that depends on every part. Seed 0 becomes an ordinary stream: TensorFlow.js never sees our
 * seeds, it draws its own from `Math.random`, so the values it treats as "unseeded" cannot occur.
 */
export function mixSeed(seed: number, ...parts: Array<string | number>): number {
  let hash = 0x811c9dc5 ^ seed
  for (const character of parts.join('\u0000')) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
  }
  return parts.length === 0 ? seed | 0 : hash | 0
}

/**
 * Makes `Math.random` follow the seed of the asynchronous context it is called in; outside `withSeed` it stays
 * as it was. Every unseeded source of randomness in TensorFlow.js draws from `Math.random`.
 */
function installSeededRandom(): void {
  const registry = globalThis as { [installed]?: boolean }
  if (registry[installed]) return
  registry[installed] = true
  const unseeded = Math.random
  Math.random = () => (streams.getStore()?.random ?? unseeded)()
}

/**
 * Runs `body` with `Math.random` seeded, across awaits and beside other seeded bodies.
 * Two calls with the same seed see the same numbers.
 */
export function withSeed<Result>(seed: number, body: () => Result): Result {
  installSeededRandom()
  return streams.run({ seed, random: mulberry32(seed) }, body)
}

/** The seed of the innermost `withSeed`. */
export const seedInUse = (): number | undefined => streams.getStore()?.seed

/** The numbers 0 … n-1 in an order that depends on `seed` alone (Fisher–Yates). */
export function permutation(n: number, seed: number): Int32Array {
  const random = mulberry32(mixSeed(seed, 'permutation', n))
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}
