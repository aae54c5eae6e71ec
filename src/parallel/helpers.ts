import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { ownModule } from '../own-module.js'
import type { HelperSetup, ToHelper, ToMain } from './helper-messages.js'
import type { Job, JobProgress, JobResults } from './jobs.js'

/** Processes that run jobs. */
export interface Helpers {
  /** Ends them, and waits until they have. */
  stop(): Promise<void>
}

export interface HelperEvents {
  /** The next job for a helper that is free; undefined: there is none. */
  next(): Job | undefined
  done(job: Job, results: JobResults): void
  progress(job: Job, progress: JobProgress): void
}

/** Helpers run what the compiler has made: not the sources of this repository. */
export const canHelp = (): boolean => ownModule('parallel/helper').endsWith('.js')

/**
 * Starts `count` helpers; each asks for jobs until there are none. One that dies has its job done, without results. None ends
 * by itself: its end would be a signal to this process while it computes (docs/backend.md#signals).
 */
export function startHelpers(count: number, setup: HelperSetup, events: HelperEvents): Helpers {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-recipe-'))
  const children: ChildProcess[] = []
  const stop = async () => {
    await Promise.all(children.map(ended))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const file = join(folder, 'setup')
    writeFileSync(file, serialize(setup))
    for (let i = 0; i < count; i++) children.push(startHelper(file, events))
  } catch (error) {
    void stop()
    throw error
  }
  return { stop }
}

/** Kills a process; resolves when it has ended. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
    // Nobody waited for it until now.
    child.ref()
  })
}

function startHelper(file: string, { next, done, progress }: HelperEvents): ChildProcess {
  const child = fork(ownModule('parallel/helper'), [file], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  })
  let job: Job | undefined
  const give = () => {
    job = next()
    if (job) child.send({ job } satisfies ToHelper)
  }
  child.on('message', (message: ToMain) => {
    if ('progress' in message) {
      if (job) progress(job, message.progress)
      return
    }
    if (job) done(job, message.results)
    give()
  })
  const lost = () => {
    if (job) done(job, [])
    job = undefined
  }
  child.on('error', lost)
  child.on('exit', lost)
  // Nobody waits for a helper at the end.
  child.unref()
  child.channel?.unref()
  return child
}
