import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Harm } from '../../fixtures/zoo/harm.js'
import type { Verdict } from './tool.js'

/** One program under one seed: what to do. */
export interface Task {
  program: string
  seed: number
  /** Names of the tools that examine it. */
  tools: string[]
  /** What its fault costs has been measured before. */
  harmKnown?: boolean
}

/** What came of it. */
export interface TaskRecord {
  program: string
  seed: number
  verdicts: Record<string, Verdict>
  /** Of faulty programs. */
  harm?: Harm
  /** Tensors that live after all tools have run, less those before. */
  leaked: number
}

export const keyOf = ({ program, seed }: { program: string; seed: number }) => `${program} @ ${seed}`

/**
 * Finished tasks, one JSON line each: a run that is killed loses the task it was in, no other. Lines about the same
 * program and seed, of runs with different tools, are one record.
 */
export function journal(path: string) {
  return {
    read(): TaskRecord[] {
      if (!existsSync(path)) return []
      const merged = new Map<string, TaskRecord>()
      for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
        const record = JSON.parse(line) as TaskRecord
        const known = merged.get(keyOf(record))
        merged.set(keyOf(record), {
          ...known,
          ...record,
          verdicts: { ...known?.verdicts, ...record.verdicts },
          leaked: record.leaked + (known?.leaked ?? 0),
        })
      }
      return [...merged.values()]
    },
    append: (record: TaskRecord) => appendFileSync(path, `${JSON.stringify(record)}\n`),
  }
}
