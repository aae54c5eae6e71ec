import { AsyncLocalStorage } from 'node:async_hooks'
import { listenToOpened } from '../training/opened.js'
import type { Subject } from '../training/trainable.js'
import { contentOfProgram } from './program-content.js'

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

listenToOpened((subject: Subject, seed: number, made: unknown): void => {
  let content: string | undefined
  for (let scope = scopes.getStore(); scope; scope = scope.outer) {
    if (!scope.noted) continue
    const index = scope.subjects.indexOf(subject)
    content ??= index < 0 ? undefined : contentOfProgram(made)
    if (index < 0 || content === undefined) scope.noted = undefined
    else addOpening(scope.noted, { subject: index, seed, content })
  }
})

/** Tells of programs that were made before, for a subject that other checks opened them for. */
export function noteAgain(subject: Subject, openings: readonly Opening[] | undefined): void {
  for (let scope = scopes.getStore(); scope; scope = scope.outer) {
    const index = scope.subjects.indexOf(subject)
    if (!openings || index < 0) scope.noted = undefined
    for (const opening of openings ?? [])
      if (scope.noted) addOpening(scope.noted, { ...opening, subject: index })
  }
}

function addOpening(noted: Opening[], opening: Opening): void {
  const { subject, seed, content } = opening
  const known = noted.some((one) => one.subject === subject && one.seed === seed && one.content === content)
  if (!known) noted.push(opening)
}
