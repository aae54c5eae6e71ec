import type { ExactValues } from '../images/exact-values.js'
import type { Picture } from '../images/picture.js'
import type { Comparison } from './comparison.js'

/** Vitest's update mode: `-u`, the default, and continuous integration. */
export type UpdateMode = 'all' | 'new' | 'none'

/** The picture of a baseline as it lies on the disk: pixels, or SVG text. */
export type StoredPicture =
  | { state: 'missing' }
  | { state: 'corrupt'; problem: string }
  | { state: 'present'; picture: Picture | string; exact?: ExactValues }

/** What is known before the outcome: the entry in the `.snap` file, the picture beside it, and the numbers. */
export interface Situation {
  update: UpdateMode
  entry:
    | { state: 'absent' }
    | { state: 'unreadable' }
    | { state: 'other-backends'; recorded: string[] }
    | { state: 'present'; comparison: Comparison; belongsToPicture: boolean }
  picture: StoredPicture
}

export type Outcome =
  /** Within the tolerance, picture and entry in place. Nothing is written. */
  | { kind: 'matched' }
  /** The first time: entry and picture are written. */
  | { kind: 'written' }
  /** `-u`, and something was not as it should be: entry and picture are rewritten. */
  | { kind: 'updated' }
  /** No entry, and snapshots may not be written (CI). */
  | { kind: 'missing-reference' }
  /** The entry in the `.snap` file is not one of ours. */
  | { kind: 'corrupt-reference' }
  /** One baseline per backend, and this backend has none yet. */
  | { kind: 'missing-backend'; recorded: string[] }
  /** The numbers moved too far. */
  | { kind: 'mismatch'; comparison: Comparison }
  /** The numbers agree with the entry, but its PNG is not there. */
  | { kind: 'missing-picture' }
  /** The PNG cannot be read. */
  | { kind: 'corrupt-picture'; problem: string; comparison: Comparison }
  /** The PNG carries the values of another version than the entry. */
  | { kind: 'foreign-picture' }

/** The one place that decides. Pure. */
export function determineOutcome({ update, entry, picture }: Situation): Outcome {
  if (entry.state === 'absent') return update === 'none' ? { kind: 'missing-reference' } : { kind: 'written' }
  const fault = findFault(entry, picture)
  if (fault === undefined) return { kind: 'matched' }
  return update === 'all' ? { kind: 'updated' } : fault
}

function findFault(
  entry: Exclude<Situation['entry'], { state: 'absent' }>,
  picture: StoredPicture,
): Outcome | undefined {
  if (entry.state === 'unreadable') return { kind: 'corrupt-reference' }
  if (entry.state === 'other-backends') return { kind: 'missing-backend', recorded: entry.recorded }
  const { comparison, belongsToPicture } = entry
  if (picture.state === 'corrupt') return { kind: 'corrupt-picture', problem: picture.problem, comparison }
  // Decided before the comparison: it was made with the numbers of this picture, which are not the entry's.
  if (picture.state === 'present' && !belongsToPicture) return { kind: 'foreign-picture' }
  if (!comparison.pass) return { kind: 'mismatch', comparison }
  return picture.state === 'missing' ? { kind: 'missing-picture' } : undefined
}

/** Whether the test passes. */
export function passes({ kind }: Outcome): boolean {
  return kind === 'matched' || writes({ kind } as Outcome)
}

/** Whether entry and picture are written. */
export function writes({ kind }: Outcome): boolean {
  return kind === 'written' || kind === 'updated'
}
