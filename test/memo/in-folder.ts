import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Memory } from '../../src/memo/remember.js'
import { openStore } from '../../src/memo/store.js'

/** A memory in a folder of its own, empty for each test. */
export function memoryInFolder(): { folder: string; memory: Memory } {
  const here = { folder: '', memory: { store: openStore(), surroundings: 'here' } }
  beforeEach(() => {
    here.folder = mkdtempSync(join(tmpdir(), 'memo-'))
    here.memory = { store: openStore(here.folder), surroundings: 'here' }
  })
  afterEach(() => rmSync(here.folder, { recursive: true, force: true }))
  return here
}
