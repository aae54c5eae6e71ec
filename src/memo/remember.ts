import { AsyncLocalStorage } from 'node:async_hooks'
import type { Subject } from '../training/trainable.js'
import { digestOf } from './content.js'
import { isLibraryUnchanged } from './library.js'
import { notingOpenings, type Opening } from './openings.js'
import { contentUnder } from './program-under-seed.js'
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

/**
 * The result of `run`, which is not run where it has been before: with subjects that make the same programs (layers,
 * first weights, loss, optimizer) under the same seeds, and the same inputs. Programs with code of the user's own are
 * run every time, and so is everything outside of `withMemory`. Results are kept if `worth` says so.
 */
export async function remember<Result>(
  what: string,
  { subjects, inputs }: Dependencies,
  run: () => Promise<Result>,
  worth: (result: Result) => boolean,
): Promise<{ result: Result; remembered: boolean }> {
  const memory = memories.getStore()
  const key = memory && keyOf(memory, what, inputs)
  if (key === undefined) return { result: await run(), remembered: false }
  const known = (memory!.store.read(key) as Remembered[] | undefined) ?? []
  const same = await findSame(known, subjects)
  if (same) return { result: structuredClone(same.result) as Result, remembered: true }
  const { result, noted } = await notingOpenings(subjects, run)
  if (noted && noted.length >= Math.min(1, subjects.length) && worth(result)) {
    const others = (memory!.store.read(key) as Remembered[] | undefined) ?? []
    memory!.store.write(key, [{ openings: noted, result }, ...others].slice(0, mostPrograms))
  }
  return { result, remembered: false }
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
): Promise<Remembered | undefined> {
  const made = new Map<string, Promise<string | undefined>>()
  const contentOf = ({ subject, seed }: Opening) => {
    const id = `${subject} ${seed}`
    const content = made.get(id) ?? contentUnder(subjects[subject]!, seed)
    made.set(id, content)
    return content
  }
  for (const entry of known) {
    let same = true
    for (const opening of entry.openings) same &&= (await contentOf(opening)) === opening.content
    if (same) return entry
  }
  return undefined
}
