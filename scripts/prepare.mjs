// npm runs this at the end of `npm ci` and `npm install` here (never on users' machines), and before packing.
// It leaves dist/ built and, in a checkout, a working native backend; without one the tests run on a fallback.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const { resolve } = createRequire(join(root, 'package.json'))
const isPacking =
  ['pack', 'publish'].includes(process.env.npm_command) || '_PACOTE_NO_PREPARE_' in process.env

if (!isInstalled('typescript/package.json')) {
  console.log('vitest-recipe: development dependencies are left out, so nothing is built')
  process.exit(0)
}
const hasTfjsNode = isPacking || addTfjsNode()
build()
if (isPacking) bundle()
if (!isPacking && hasTfjsNode) await installNativeBackend()

/**
 * npm left tfjs-node out (see .npmrc), because its own install script fails. A second pass adds it, and what
 * only it needs, in the versions of package-lock.json and without running scripts.
 */
function addTfjsNode() {
  if (isInstalled('@tensorflow/tfjs-node/package.json')) return true
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  const options = [
    '--include=peer',
    '--ignore-scripts',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const { status, stderr, error } = run([...npm, 'install', ...options])
  if (status === 0) return true
  goOnWithout(`npm could not add @tensorflow/tfjs-node: ${error?.message ?? stderr.trim().split('\n')[0]}`)
  return false
}

function build() {
  const { status, stdout, stderr } = run([process.execPath, join(root, 'scripts/build.mjs')])
  if (status === 0) return
  console.error(`vitest-recipe: the build failed\n${stdout}${stderr}`)
  process.exit(1)
}

/** What is published; `postpack` builds the modules again. */
function bundle() {
  const { status, stdout, stderr } = run([
    process.execPath,
    join(root, 'scripts/bundle.mjs'),
    join(root, 'dist'),
  ])
  if (status === 0) return
  console.error(`vitest-recipe: the bundle failed\n${stdout}${stderr}`)
  process.exit(1)
}

/** With the installer that users run, from the dist/ just built. */
async function installNativeBackend() {
  const { installTensorflow } = await import('../dist/backend/install/install-tensorflow.js')
  const { describeResult } = await import('../dist/cli/install-command.js')
  const { abortOnInterrupt } = await import('../dist/cli/abort-on-interrupt.js')
  const interrupt = abortOnInterrupt()
  try {
    console.log(
      `vitest-recipe: ${describeResult(await installTensorflow({ root, signal: interrupt.signal }))}`,
    )
  } catch (error) {
    if (interrupt.signal.aborted) process.exit(interrupt.exitCode())
    goOnWithout(error.message)
  } finally {
    interrupt.release()
  }
}

function goOnWithout(reason) {
  console.warn(
    `vitest-recipe: tests will run on a slower backend, without the native one: ${reason} (details: node dist/cli/main.js install-tensorflow)`,
  )
}

function isInstalled(specifier) {
  try {
    return existsSync(resolve(specifier))
  } catch {
    return false
  }
}

function run([command, ...args]) {
  return spawnSync(command, args, { cwd: root, encoding: 'utf8' })
}
