// npm run example: runs examples/mnist as its users would, against this repository packed as for the registry.
// npm run example:broken: runs it on five copies with a bug each, and shows what every one of them is caught by.
// Further arguments go to Vitest; `npm run example -- -u` also brings the new snapshots back to examples/mnist.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runBroken } from './example/broken.mjs'
import { prepareWorkspace, say, source } from './example/workspace.mjs'

const started = performance.now()
const isBroken = process.argv[2] === '--broken'
const vitestArguments = process.argv.slice(isBroken ? 3 : 2)

const folder = prepareWorkspace()
say(`set up in ${seconds(started)} s: ${folder}`)
const tested = performance.now()
process.exitCode = isBroken ? await runBroken(vitestArguments) : runHealthy()
say(`tests ${seconds(tested)} s, in all ${seconds(started)} s`)

function runHealthy() {
  const types = run('typescript/bin/tsc', ['--noEmit'])
  if (types !== 0) return types
  const status = run('vitest/vitest.mjs', ['run', ...vitestArguments])
  if (vitestArguments.some((argument) => argument === '-u' || argument.startsWith('--update')))
    bringSnapshots()
  return status
}

function run(script, args) {
  const { status } = spawnSync(process.execPath, [join(folder, 'node_modules', script), ...args], {
    cwd: folder,
    stdio: 'inherit',
  })
  return status ?? 1
}

function bringSnapshots() {
  for (const name of ['__snapshots__', '__weights__']) {
    rmSync(join(source, name), { recursive: true, force: true })
    if (existsSync(join(folder, name))) cpSync(join(folder, name), join(source, name), { recursive: true })
  }
}

function seconds(since) {
  return ((performance.now() - since) / 1000).toFixed(1)
}
