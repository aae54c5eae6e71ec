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
  stop(): void
}

export interface HelperEvents {
  /** The next job for a helper that is free; undefined: there is none. */
  next(): Job | undefined
  done(job: Job, results: JobResults): void
  progress(job: Job, progress: JobProgress): void
}

/** Helpers run what the compiler has made: not the sources of this repository. */
export const canHelp = (): boolean => ownModule('parallel/helper').endsWith('.js')

/** Starts `count` helpers; each asks for jobs until there are none. One that dies has its job done, without results. */
export function startHelpers(count: number, setup: HelperSetup, events: HelperEvents): Helpers {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-recipe-'))
  const children: ChildProcess[] = []
  const stop = () => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const file = join(folder, 'setup')
    writeFileSync(file, serialize(setup))
    for (let i = 0; i < count; i++) children.push(startHelper(file, events))
  } catch (error) {
    stop()
    throw error
  }
  return { stop }
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
    else child.kill()
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
