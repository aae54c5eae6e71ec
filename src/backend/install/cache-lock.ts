import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InstallInterrupted } from './install-problem.js'
import { isAlive } from './process-alive.js'

interface LockOptions {
  signal?: AbortSignal | undefined
  /** Called once, with the owner's process id, when another installation has to be waited for. */
  onWait?: (owner: number) => void
  pollMs?: number
}

interface Owner {
  pid: number
  host: string
}

const heartbeatMs = 10_000
const abandonedAfterMs = 60_000

/**
 * Runs `action` while no other installation works on this cache. The lock spares a second download; nothing
 * breaks without it, since results are renamed into place whole. So a lock whose owner is gone is simply
 * taken over, and two processes that take it over at the same instant do no harm.
 */
export async function withCacheLock<T>(
  cache: string,
  options: LockOptions,
  action: () => Promise<T>,
): Promise<T> {
  await mkdir(cache, { recursive: true })
  const file = join(cache, 'install.lock')
  await acquire(file, options)
  const heartbeat = setInterval(() => void touch(file), heartbeatMs)
  heartbeat.unref()
  try {
    return await action()
  } finally {
    clearInterval(heartbeat)
    await rm(file, { force: true })
  }
}

async function acquire(file: string, { signal, onWait, pollMs = 300 }: LockOptions): Promise<void> {
  const me: Owner = { pid: process.pid, host: hostname() }
  for (let waited = false; ; ) {
    if (signal?.aborted) throw new InstallInterrupted()
    try {
      await writeFile(file, JSON.stringify(me), { flag: 'wx' })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = await readOwner(file)
    if (await isAbandoned(file, owner)) {
      await rm(file, { force: true })
      continue
    }
    if (!waited && owner) onWait?.(owner.pid)
    waited = true
    await sleep(pollMs)
  }
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Owner
  } catch {
    return undefined // gone meanwhile, or being written this instant
  }
}

async function isAbandoned(file: string, owner: Owner | undefined): Promise<boolean> {
  if (owner?.host === hostname() && !isAlive(owner.pid)) return true
  // On a shared home folder the owner may run on another machine: then only its heartbeat tells.
  const age = await stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  return age > abandonedAfterMs
}

async function touch(file: string): Promise<void> {
  const now = new Date()
  await utimes(file, now, now).catch(() => undefined)
}
