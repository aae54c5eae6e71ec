import { Looks } from '../../src/memo/openings.js'
import type { Subject } from '../../src/training/trainable.js'

/** What a subject makes under a seed, as the memory sees it. */
export function contentUnder(subject: Subject, seed: number): Promise<string | undefined> {
  const looks = new Looks()
  return looks.during(() => looks.contentUnder(subject, seed))
}
