import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from './process-alive.js'

const prefix = '.partial-'

/**
 * Runs `fill` with a fresh folder inside the cache (the same disk, so that its result can be renamed into
 * place) and removes the folder afterwards, whatever happened.
 */
export async function withScratchFolder<T>(cache: string, fill: (scratch: string) => Promise<T>): Promise<T> {
  await mkdir(cache, { recursive: true })
  const scratch = await mkdtemp(join(cache, `${prefix}${process.pid}-`))
  try {
    return await fill(scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** Removes what an installation left behind that was killed without a chance to clean up. */
export async function removeAbandonedScratch(cache: string): Promise<void> {
  const names = await readdir(cache).catch(() => [])
  for (const name of names.filter((entry) => entry.startsWith(prefix))) {
    const owner = Number.parseInt(name.slice(prefix.length), 10)
    if (!isAlive(owner)) await rm(join(cache, name), { recursive: true, force: true })
  }
}
