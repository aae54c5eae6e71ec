import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { threadId } from 'node:worker_threads'

/** Values by key, in memory and, where a folder is given, in one file each that other processes and runs read. */
export interface Store {
  read(key: string): unknown
  /** Keeps a value that `structuredClone` can copy; in memory where the folder cannot be written. */
  write(key: string, value: unknown): void
}

/** Where the results of a project are kept. */
export const storeFolder = (root: string): string => join(root, 'node_modules/.cache/vitest-recipe/results')

const inMemory = new Map<string, unknown>()

/** The values of this process; of all processes where `folder` can be written. Who reads a value has a copy. */
export function openStore(folder?: string): Store {
  const pathOf = (key: string) => join(folder!, key)
  const idOf = (key: string) => `${folder} ${key}`
  return {
    read: (key) => (folder && readValue(pathOf(key))) ?? structuredClone(inMemory.get(idOf(key))),
    write(key, value) {
      if (folder && writeValue(folder, pathOf(key), value)) return
      inMemory.set(idOf(key), structuredClone(value))
    },
  }
}

/** Undefined where there is no file, or one that cannot be read: it is then written anew. */
function readValue(path: string): unknown {
  try {
    const value: unknown = deserialize(readFileSync(path))
    const now = new Date()
    utimesSync(path, now, now)
    return value
  } catch {
    return undefined
  }
}

/** Whole or not at all: other processes read while this one writes. */
function writeValue(folder: string, path: string, value: unknown): boolean {
  const half = `${path}.${process.pid}.${threadId}.half`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(half, serialize(value))
    renameSync(half, path)
    return true
  } catch {
    removeFile(half)
    return false
  }
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // A folder that cannot be written: the value is in memory.
  }
}

/** Deletes the files that were read or written longest ago until the rest has at most `mostBytes`. */
export function pruneStore(folder: string, mostBytes: number): void {
  let kept = 0
  for (const { path, bytes } of filesByAge(folder)) {
    kept += bytes
    if (kept > mostBytes) removeFile(path)
  }
}

/** The newest first. */
function filesByAge(folder: string): Array<{ path: string; bytes: number }> {
  try {
    return readdirSync(folder)
      .flatMap((name) => {
        const path = join(folder, name)
        const { mtimeMs: time, size: bytes } = statSync(path, { throwIfNoEntry: false }) ?? {
          size: 0,
          mtimeMs: 0,
        }
        return [{ path, time, bytes }]
      })
      .sort((a, b) => b.time - a.time)
  } catch {
    return []
  }
}
