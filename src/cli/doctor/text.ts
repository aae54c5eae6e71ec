import { type Facts, packageNames } from './facts.js'
import type { Finding } from './findings.js'

/** Doctor's answer for people. */
export function describeHealth(facts: Facts, findings: Finding[]): string {
  const rows: [string, string][] = [
    ['Node', facts.node],
    ...packageNames.map((name): [string, string] => [name, facts.versions[name] ?? 'not installed']),
    [
      'backend',
      facts.backend.name === 'none' ? 'none starts' : `${facts.backend.name} (${facts.backend.why})`,
    ],
    ['threads', describeThreads(facts)],
    [
      'config',
      facts.config ? `${facts.config.file}${facts.config.hasPlugin ? ', with the plugin' : ''}` : 'none',
    ],
  ]
  const width = Math.max(...rows.map(([label]) => label.length)) + 2
  const table = rows.map(([label, value]) => `${label.padEnd(width)}${value}`).join('\n')
  return `${table}\n\n${findings.length === 0 ? 'Nothing is wrong.' : findings.map(describeFinding).join('\n\n')}`
}

function describeFinding({ severity, message, mend }: Finding): string {
  return `${severity === 'error' ? '✗' : '!'} ${message}\n  → ${mend.replaceAll('\n', '\n    ')}`
}

/** The plugin pins each setting that the environment leaves open. */
function describeThreads({ cores, threadSettings }: Facts): string {
  const own = Object.entries(threadSettings).filter(([, value]) => value !== undefined)
  const settings =
    own.length === 0 ? 'settings left to the plugin' : own.map(([name, value]) => `${name}=${value}`)
  return `${cores} cores; ${typeof settings === 'string' ? settings : settings.join(' ')}`
}
