import { openProgram } from '../training/open.js'
import type { Subject } from '../training/trainable.js'
import { notingOpenings } from './openings.js'

/** What a subject makes under a seed; undefined when it is opaque, or makes nothing: whoever runs it says why. */
export async function contentUnder(subject: Subject, seed: number): Promise<string | undefined> {
  try {
    const { noted } = await notingOpenings([subject], async () =>
      (await openProgram(subject, seed)).dispose(),
    )
    return noted?.[0]?.content
  } catch {
    return undefined
  }
}
