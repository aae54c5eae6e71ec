import type { Vitest } from 'vitest/node'
import type { Progress } from '../matchers/settings-key.js'

type Config = Pick<Vitest['config'], 'reporters' | 'silent' | 'outputFile' | 'disableConsoleIntercept'>

/** Reporters that print for a machine, or next to nothing: no place for lines about progress. */
const quiet = new Set([
  'agent',
  'blob',
  'dot',
  'github-actions',
  'hanging-process',
  'html',
  'json',
  'junit',
  'minimal',
  'tap',
  'tap-flat',
])
/** Reporters whose output is a document, on stdout unless it goes to a file. */
const documents = new Set(['json', 'junit', 'tap', 'tap-flat'])

/** How much a run says of its progress: little is expected of quiet reporters, nothing of a silent run. */
export function progressFor(config: Config): Progress {
  const names = reporterNames(config)
  const isQuiet = names.length > 0 && names.every((name) => quiet.has(name))
  if (config.silent === true || isQuiet) return 'off'
  // Without interception the console prints past the reporter: every line stays.
  const canRewrite = process.stdout.isTTY && !process.env.CI && !config.disableConsoleIntercept
  return canRewrite ? 'live' : 'lines'
}

/** Whether stdout is a document, which a line of ours would break. */
export function printsDocument(config: Config): boolean {
  const { outputFile } = config
  const files: Record<string, unknown> = typeof outputFile === 'object' ? { ...outputFile } : {}
  return (
    typeof outputFile !== 'string' &&
    reporterNames(config).some((name) => documents.has(name) && files[name] === undefined)
  )
}

/** Names of the reporters in use; those given as objects have none. */
function reporterNames({ reporters }: Config): string[] {
  const all: unknown[] = [reporters ?? []].flat()
  return all.map((reporter) => String(Array.isArray(reporter) ? reporter[0] : reporter))
}
