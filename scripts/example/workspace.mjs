import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { basename, join, relative } from 'node:path'

const root = join(import.meta.dirname, '../..')
const examples = join(root, 'examples')
/** The main one: real digits, every matcher, and the bugs of `npm run example:broken`. */
export const mainExample = 'mnist'

/** Written by runs, or installed: never copied into a workspace. */
const notCopied = new Set(['node_modules', 'recipe-report', '.vitest-attachments', 'package-lock.json'])

const base = join(tmpdir(), `vitest-recipe-example-${hash(userInfo().username, root).slice(0, 8)}`)

/** Their names, the main one first. */
export function exampleNames() {
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [mainExample, ...folders.map(({ name }) => name).filter((name) => name !== mainExample)]
}

/** The example's folder in this repository. */
export function sourceOf(example) {
  return join(examples, example)
}

/** Where the example runs. */
function workspaceOf(example) {
  return join(base, example)
}

/**
 * A folder with the example as a stranger would have it: outside this repository, with vitest-recipe from its
 * packed `tarball` and everything else from the registry. It stays for the next run: what has not changed since is
 * not installed again.
 */
export function prepareWorkspace(example, tarball) {
  const workspace = workspaceOf(example)
  copyExample(example, workspace)
  installPackages(workspace, tarball)
  installBackend(workspace)
  return workspace
}

/** One more copy of the main example, with the packages of its workspace. */
export function makeCopy(name) {
  const copy = join(base, 'copies', name.replaceAll(/[^\w]+/g, '-').replaceAll(/^-|-$/g, ''))
  rmSync(copy, { recursive: true, force: true })
  copyExample(mainExample, copy)
  symlinkSync(join(workspaceOf(mainExample), 'node_modules'), join(copy, 'node_modules'), 'junction')
  return copy
}

/** Copies the example's files over those in `folder`; files that are gone from the example go there too. */
function copyExample(example, folder) {
  mkdirSync(folder, { recursive: true })
  for (const name of ['src', '__snapshots__', '__weights__', '__images__'])
    rmSync(join(folder, name), { recursive: true, force: true })
  cpSync(sourceOf(example), folder, { recursive: true, filter: (path) => !notCopied.has(basename(path)) })
}

/** Builds and packs this repository. The tarball is named by its content, so that npm sees when it changed. */
export function pack() {
  const packed = join(base, 'packed')
  rmSync(packed, { recursive: true, force: true })
  mkdirSync(packed, { recursive: true })
  npm(['pack', '--pack-destination', packed], root)
  const [file] = readdirSync(packed)
  const content = readFileSync(join(packed, file))
  const tarball = join(packed, `vitest-recipe-${hash(content).slice(0, 12)}.tgz`)
  renameSync(join(packed, file), tarball)
  return tarball
}

function installPackages(workspace, tarball) {
  const file = join(workspace, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  manifest.devDependencies['vitest-recipe'] = `file:${relative(workspace, tarball).replaceAll('\\', '/')}`
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`
  writeFileSync(file, text)
  const key = hash(text, process.versions.modules, process.platform, process.arch)
  const stamp = join(workspace, 'node_modules', '.example-key')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return
  say(`installing the packages of ${basename(workspace)} …`)
  npm(
    [
      'install',
      '--ignore-scripts',
      '--no-package-lock',
      '--include=dev',
      '--include=peer',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    workspace,
  )
  writeFileSync(stamp, key)
}

/** The native backend, by the command that users run. Without it the tests run on a fallback. */
function installBackend(workspace) {
  const command = join(workspace, 'node_modules/vitest-recipe/dist/cli/main.js')
  const { status, signal, stderr } = spawnSync(process.execPath, [command, 'install-tensorflow', '--quiet'], {
    cwd: workspace,
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  if (status === 0) return
  const reason = stderr.split('\n').find((line) => line.trim() !== '') ?? `it ended with ${signal ?? status}`
  say(`no native backend, going on with a slower one: ${reason}`)
}

function npm(args, cwd) {
  // Under `npm run`, the same npm. Elsewhere the one on the path, which is a script on Windows.
  const { npm_execpath: script } = process.env
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []]
  const { status, stdout, stderr, error } = spawnSync(command, [...first, ...args], {
    cwd,
    encoding: 'utf8',
    shell: command === 'npm' && process.platform === 'win32',
  })
  if (status === 0) return
  throw new Error(`npm ${args[0]} failed in ${cwd}\n${error?.message ?? `${stdout}${stderr}`}`)
}

function hash(...parts) {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part).update('\0')
  return sum.digest('hex')
}

export function say(line) {
  console.log(`example: ${line}`)
}
