// npm run example: runs examples/mnist as its users would, against this repository packed as for the registry.
// npm run example -- cars characters: runs those instead; --all runs every example.
// npm run example:broken: runs examples/mnist on five copies with a bug each, and shows what each is caught by.
// Options go to Vitest, with their values as in --reporter=dot; -u also brings the new snapshots back to examples/.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runBroken } from './example/broken.mjs'
import { exampleNames, mainExample, pack, prepareWorkspace, say, sourceOf } from './example/workspace.mjs'

const started = performance.now()
const { isBroken, examples, vitestArguments } = parse(process.argv.slice(2))
const tarball = pack()
const statuses = []
for (const example of examples) {
  const preparing = performance.now()
  const folder = prepareWorkspace(example, tarball)
  say(`${example} set up in ${seconds(preparing)} s: ${folder}`)
  const testing = performance.now()
  statuses.push(isBroken ? await runBroken(vitestArguments) : runHealthy(example, folder))
  say(`${example} tests ${seconds(testing)} s`)
}
say(`in all ${seconds(started)} s`)
process.exitCode = statuses.find((status) => status !== 0) ?? 0

function parse(args) {
  const isOption = (argument) => argument.startsWith('-')
  const own = ['--broken', '--all']
  const names = args.filter((argument) => !isOption(argument))
  const known = exampleNames()
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`No example '${unknown}': there are ${known.join(', ')}`)
  const isBroken = args.includes('--broken')
  const chosen = args.includes('--all') ? known : names.length > 0 ? names : [mainExample]
  return {
    isBroken,
    examples: isBroken ? [mainExample] : chosen,
    vitestArguments: args.filter((argument) => isOption(argument) && !own.includes(argument)),
  }
}

function runHealthy(example, folder) {
  const types = run(folder, 'typescript/bin/tsc', ['--noEmit'])
  if (types !== 0) return types
  const tests = run(folder, 'vitest/vitest.mjs', ['run', ...vitestArguments])
  if (vitestArguments.some((argument) => argument === '-u' || argument.startsWith('--update')))
    bringSnapshots(example, folder)
  if (tests !== 0 || !existsSync(join(folder, 'check.ts'))) return tests
  return run(folder, 'tsx/dist/cli.mjs', ['check.ts'])
}

function run(folder, script, args) {
  const { status } = spawnSync(process.execPath, [join(folder, 'node_modules', script), ...args], {
    cwd: folder,
    stdio: 'inherit',
  })
  return status ?? 1
}

function bringSnapshots(example, folder) {
  const source = sourceOf(example)
  for (const name of ['__snapshots__', '__weights__', '__images__']) {
    rmSync(join(source, name), { recursive: true, force: true })
    if (existsSync(join(folder, name))) cpSync(join(folder, name), join(source, name), { recursive: true })
  }
}

function seconds(since) {
  return ((performance.now() - since) / 1000).toFixed(1)
}
