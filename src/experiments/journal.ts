import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ArmRun } from './arm-run.js'

/**
 * Finished runs of an experiment on disk, so that one that was interrupted goes on where it stopped. One line a run,
 * appended when the run is done: a killed process loses the run it was in, no other.
 */
export interface Journal {
  find(fingerprint: string, seed: number): ArmRun | undefined
  add(fingerprint: string, run: ArmRun): void
  /** The experiment has ended: the next one starts from nothing. */
  close(): void
}

interface Line {
  fingerprint: string
  run: ArmRun
}

/** Opens the journal at `path`; without a path nothing is kept beyond this process. */
export function openJournal(path?: string): Journal {
  const runs = new Map<string, ArmRun>()
  const keyOf = (fingerprint: string, seed: number) => `${fingerprint} ${seed}`
  if (path && existsSync(path)) {
    for (const { fingerprint, run } of readLines(path)) runs.set(keyOf(fingerprint, run.seed), run)
  }
  return {
    find: (fingerprint, seed) => runs.get(keyOf(fingerprint, seed)),
    add(fingerprint, run) {
      runs.set(keyOf(fingerprint, run.seed), run)
      if (!path) return
      mkdirSync(dirname(path), { recursive: true })
      appendFileSync(path, `${JSON.stringify({ fingerprint, run } satisfies Line)}\n`)
    },
    close() {
      if (path) rmSync(path, { force: true })
    },
  }
}

/** The whole lines of a journal; the last may be half-written. */
function readLines(path: string): Line[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        const line = JSON.parse(text) as Partial<Line> | null
        return typeof line?.fingerprint === 'string' && typeof line.run?.seed === 'number'
          ? [line as Line]
          : []
      } catch {
        return []
      }
    })
}
