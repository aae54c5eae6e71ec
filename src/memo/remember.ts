import { AsyncLocalStorage } from 'node:async_hooks'
import type { Subject } from '../training/trainable.js'
import { digestOf } from './content.js'
import { isLibraryUnchanged } from './library.js'
import { Looks, notingOpenings, type Opening } from './openings.js'
import type { Store } from './store.js'

/** Where results are kept, and what they depend on besides the program and its data: versions, backend, processor. */
export interface Memory {
  store: Store
  surroundings: string
}

const memories = new AsyncLocalStorage<Memory | undefined>()

/** Runs `body` with a memory: what it trains is not trained again where nothing has changed. */
export function withMemory<Result>(memory: Memory | undefined, body: () => Result): Result {
  return memories.run(memory, body)
}

/** Whether there is a memory. */
export const remembers = (): boolean => memories.getStore() !== undefined

/** What a result depends on. */
export interface Dependencies {
  subjects: readonly Subject[]
  /** Data, options and seed: everything else that decides the result. What holds code is not remembered. */
  inputs: Record<string, unknown>
}

interface Remembered {
  openings: readonly Opening[]
  result: unknown
}

/** Programs that differ under the same data and options; more than these are not kept. */
const mostPrograms = 8

/** How a result is kept. */
export interface Keeping<Result> {
  /** Whether a result is worth it. */
  worth(result: Result): boolean
  /** Makes of a kept result what a run leaves behind besides it. */
  restore?(result: Result): Promise<void>
}

/**
 * The result of `run`, which is not run where it has been before: with subjects that make the same programs (layers,
 * first weights, loss, optimizer) under the same seeds, and the same inputs. Programs with code of the user's own are
 * run every time, and so is everything outside of `withMemory`.
 */
export async function remember<Result>(
  what: string,
  { subjects, inputs }: Dependencies,
  run: () => Promise<Result>,
  { worth, restore }: Keeping<Result>,
): Promise<{ result: Result; remembered: boolean }> {
  const memory = memories.getStore()
  const key = memory && keyOf(memory, what, inputs)
  if (key === undefined) return { result: await run(), remembered: false }
  const looks = new Looks()
  return looks.during(async () => {
    const same = await findSame(entriesIn(memory!, key), subjects, looks)
    if (same) {
      const result = same.result as Result
      await restore?.(result)
      return { result, remembered: true }
    }
    const { result, noted } = await notingOpenings(subjects, run)
    if (noted && noted.length >= Math.min(1, subjects.length) && worth(result)) {
      const entries = [{ openings: noted, result }, ...entriesIn(memory!, key)]
      memory!.store.write(key, entries.slice(0, mostPrograms))
    }
    return { result, remembered: false }
  })
}

/** What lies under a key; nothing where it is not what this package writes. */
function entriesIn({ store }: Memory, key: string): Remembered[] {
  const entries = store.read(key)
  return Array.isArray(entries) ? entries.filter(isRemembered) : []
}

function isRemembered(entry: Partial<Remembered> | null): entry is Remembered {
  return (
    typeof entry === 'object' &&
    entry?.result !== undefined &&
    Array.isArray(entry.openings) &&
    entry.openings.every((opening) => typeof opening?.content === 'string')
  )
}

function keyOf({ surroundings }: Memory, what: string, inputs: Record<string, unknown>): string | undefined {
  if (!isLibraryUnchanged()) return undefined
  try {
    return digestOf([surroundings, what, inputs])
  } catch {
    // Code, or what is no data at all: whoever runs it says so.
    return undefined
  }
}

/** The entry whose programs are those that the subjects make now. */
async function findSame(
  known: readonly Remembered[],
  subjects: readonly Subject[],
  looks: Looks,
): Promise<Remembered | undefined> {
  for (const entry of known) {
    let same = true
    for (const { subject, seed, content } of entry.openings)
      same &&= (await looks.contentUnder(subjects[subject]!, seed)) === content
    if (same) return entry
  }
  return undefined
}
