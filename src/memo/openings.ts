import { AsyncLocalStorage } from 'node:async_hooks'
import type * as tf from '@tensorflow/tfjs'
import { openProgram } from '../training/open.js'
import { takePartInOpening } from '../training/opened.js'
import type { Subject, Trainable } from '../training/trainable.js'
import { cacheKeyOf } from './function-keys.js'
import { contentByKey, contentOfProgram } from './program-content.js'

/** A program that was made: by which of the subjects, under which seed, and what it was. */
export interface Opening {
  subject: number
  seed: number
  content: string
}

/** The programs that are opened while a body runs; undefined from the first one on whose content cannot be told. */
export interface Openings {
  noted: Opening[] | undefined
}

interface Scope extends Openings {
  subjects: readonly Subject[]
  outer: Scope | undefined
}

const scopes = new AsyncLocalStorage<Scope>()

/** Runs `body` and notes the programs that it opens. */
export async function notingOpenings<Result>(
  subjects: readonly Subject[],
  body: () => Promise<Result>,
): Promise<{ result: Result } & Openings> {
  const scope: Scope = { subjects, noted: [], outer: scopes.getStore() }
  const result = await scopes.run(scope, body)
  return { result, noted: scope.noted }
}

/** Tells of programs that were made before, for a subject that other checks opened them for. */
export function noteAgain(subject: Subject, openings: readonly Opening[] | undefined): void {
  for (let scope = scopes.getStore(); scope; scope = scope.outer) {
    const index = scope.subjects.indexOf(subject)
    if (!openings || index < 0) scope.noted = undefined
    for (const opening of openings ?? [])
      if (scope.noted) addOpening(scope.noted, { ...opening, subject: index })
  }
}

function note(subject: Subject, seed: number, contentOf: () => string | undefined): void {
  for (let scope = scopes.getStore(); scope; scope = scope.outer) {
    if (!scope.noted) continue
    const index = scope.subjects.indexOf(subject)
    const content = index < 0 ? undefined : contentOf()
    if (content === undefined) scope.noted = undefined
    else addOpening(scope.noted, { subject: index, seed, content })
  }
}

function addOpening(noted: Opening[], opening: Opening): void {
  const { subject, seed, content } = opening
  const known = noted.some((one) => one.subject === subject && one.seed === seed && one.content === content)
  if (!known) noted.push(opening)
}

/** A fresh program that was made to look at it, or what its factory threw. */
interface Made {
  subject: Subject
  seed: number
  program?: Trainable
  error?: unknown
  content: string | undefined
}

/** TensorFlow.js cannot dispose some nested models; whoever trains them hears of it. */
function disposeQuietly(program: Trainable | undefined): void {
  try {
    program?.dispose()
  } catch {
    // Nothing of the user's depends on it.
  }
}

/** Programs that were made to look at them. Factories are called no more often than without a memory: the next to open one takes it. */
export class Looks {
  readonly #made: Made[] = []
  readonly #outer = looks.getStore()

  /** What a subject makes under a seed; undefined when it is opaque, or makes nothing: whoever runs it says why. */
  async contentUnder(subject: Subject, seed: number): Promise<string | undefined> {
    // What is given is copied, or trained in place: nobody takes it from here, and its content cannot be told.
    if (typeof subject !== 'function') return undefined
    const known = this.#find(subject, seed)
    if (known) return known.content
    try {
      const { result: program, noted } = await notingOpenings([subject], () => openProgram(subject, seed))
      const content = noted?.[0]?.content
      this.#made.push({ subject, seed, program, content })
      return content
    } catch (error) {
      this.#made.push({ subject, seed, error, content: undefined })
      return undefined
    }
  }

  /** What `body` opens is taken from here first. What is left over is freed. */
  async during<Result>(body: () => Promise<Result>): Promise<Result> {
    try {
      return await looks.run(this, body)
    } finally {
      for (const { program } of this.#made.splice(0)) disposeQuietly(program)
    }
  }

  take(subject: Subject, seed: number): Made | undefined {
    const made = this.#find(subject, seed)
    if (!made) return this.#outer?.take(subject, seed)
    this.#made.splice(this.#made.indexOf(made), 1)
    return made
  }

  #find(subject: Subject, seed: number): Made | undefined {
    return this.#made.find((one) => one.subject === subject && one.seed === seed)
  }
}

const looks = new AsyncLocalStorage<Looks>()

function contentOf(subject: Subject, made: Made['program'] | tf.LayersModel): string | undefined {
  const key = cacheKeyOf(subject)
  return contentOfProgram(made) ?? (made && key !== undefined ? contentByKey(made, key) : undefined)
}

takePartInOpening({
  opened(subject, seed, made) {
    let content: string | undefined
    note(subject, seed, () => (content ??= contentOf(subject, made)))
  },
  take(subject, seed) {
    const made = looks.getStore()?.take(subject, seed)
    if (made) note(subject, seed, () => made.content)
    if (made && !made.program) throw made.error
    return made?.program
  },
})
