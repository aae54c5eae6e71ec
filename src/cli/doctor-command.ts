import { parseArgs } from 'node:util'
import { packageVersion } from '../package-version.js'
import { gatherFacts } from './doctor/facts.js'
import { findProblems } from './doctor/findings.js'
import { describeHealth } from './doctor/text.js'

/** `doctor`: 0 when tests can run (perhaps on a slower backend), 1 when something is broken. */
export async function doctorCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } })
  const facts = await gatherFacts(process.cwd())
  const findings = findProblems(facts)
  const ok = findings.every(({ severity }) => severity === 'warning')
  if (values.json)
    console.log(JSON.stringify({ ok, version: packageVersion(), ...facts, findings }, undefined, 2))
  else console.log(`vitest-recipe ${packageVersion()}\n\n${describeHealth(facts, findings)}`)
  return ok ? 0 : 1
}
