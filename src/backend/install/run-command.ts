import { spawn } from 'node:child_process'
import { InstallInterrupted } from './install-problem.js'

export interface CommandOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal | undefined
  timeoutMs?: number
}

export interface CommandResult {
  /** `undefined`: the command could not be started at all. */
  code: number | undefined
  stdout: string
  stderr: string
}

const graceMs = 3_000
const keptCharacters = 200_000

/**
 * Runs a command to its end. When the signal aborts, the command and everything it started are stopped before
 * this throws, so that nobody still writes into a folder that is about to be removed.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, signal, timeoutMs }: CommandOptions = {},
): Promise<CommandResult> {
  if (signal?.aborted) throw new InstallInterrupted()
  // A process group of its own: make and pip start further processes that must stop with them.
  const detached = process.platform !== 'win32'
  const child = spawn(command, args, { cwd, env, detached, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-keptCharacters)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-keptCharacters)
  })

  let forceTimer: NodeJS.Timeout | undefined
  const stop = () => {
    killGroup(child.pid, 'SIGTERM')
    forceTimer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), graceMs)
  }
  signal?.addEventListener('abort', stop, { once: true })
  const timeout = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs)
  try {
    const code = await new Promise<number | undefined>((resolve) => {
      child.on('error', () => resolve(undefined))
      child.on('close', (exitCode) => resolve(exitCode ?? -1))
    })
    if (signal?.aborted) throw new InstallInterrupted()
    return { code, stdout, stderr }
  } finally {
    clearTimeout(timeout)
    clearTimeout(forceTimer)
    signal?.removeEventListener('abort', stop)
  }
}

/** Whether a command exists and answers `args` with success. */
export async function answers(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<boolean> {
  const { code } = await runCommand(command, args, options)
  return code === 0
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // already gone
  }
}
