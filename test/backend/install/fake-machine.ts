import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { InstallOptions } from '../../../src/backend/install/install-tensorflow.js'
import { silentProgress } from '../../../src/backend/install/progress.js'
import type { TensorflowRelease } from '../../../src/backend/install/tensorflow-release.js'

interface Peculiarities {
  python?: 'works' | 'missing' | 'without pip'
  /** What `pip download` does. */
  pip?: 'works' | 'finds nothing' | 'never ends'
  compiler?: 'works' | 'missing'
  /** `record`: a member does not match the wheel's record. */
  wheel?: 'sound' | 'record'
  tfjsNode?: 'installed' | 'missing'
}

/**
 * A machine in a temporary folder: a project with a stand-in for tfjs-node, a PATH with stand-ins for python,
 * pip, the compiler and node-gyp, and a tiny wheel. Each stand-in writes its name to a log.
 */
export class FakeMachine {
  readonly folder = mkdtempSync(join(tmpdir(), 'vitest-recipe-machine-'))
  readonly project = join(this.folder, 'project')
  readonly cache = join(this.folder, 'cache')
  readonly tfjsNode = join(this.project, 'node_modules/@tensorflow/tfjs-node')
  readonly release: TensorflowRelease
  readonly env: NodeJS.ProcessEnv
  private readonly bin = join(this.folder, 'bin')
  private readonly log = join(this.folder, 'log')

  constructor({
    python = 'works',
    pip = 'works',
    compiler = 'works',
    wheel = 'sound',
    tfjsNode = 'installed',
  }: Peculiarities = {}) {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }))
    const wheelFile = join(this.folder, 'tensorflow_cpu-9.9.9-cp311-cp311-any.whl')
    makeWheel(wheelFile, wheel)
    this.release = {
      version: '9.9.9',
      platform: 'linux-x64',
      distribution: 'tensorflow-cpu',
      pipPlatform: 'any',
      wheelBytes: 1000,
      wheelSha256: createHash('sha256').update(readFileSync(wheelFile)).digest('hex'),
      libraryLinks: { 'libtensorflow.so': 'libtensorflow_cc.so.2' },
      untested: false,
    }
    this.write(join(this.project, 'package.json'), '{}')
    if (tfjsNode === 'installed') this.addTfjsNode()
    mkdirSync(this.bin)
    if (python !== 'missing') this.command('python3', pythonScript(this.log, wheelFile, python, pip))
    if (compiler === 'works') for (const name of ['g++', 'c++', 'make']) this.command(name, 'exit 0')
    this.write(join(this.folder, 'node-gyp.js'), nodeGypScript(this.log))
    this.env = {
      PATH: this.bin,
      HOME: this.folder,
      VITEST_RECIPE_CACHE: this.cache,
      npm_config_node_gyp: join(this.folder, 'node-gyp.js'),
    }
  }

  /** Options for `installTensorflow` on this machine. */
  options(more: Partial<InstallOptions> = {}): InstallOptions {
    const { project: root, env, release } = this
    return { root, env, release, progress: silentProgress, freeBytes: async () => 1e12, ...more }
  }

  /** What the stand-ins did, in order: `download`, `compile`. */
  did(): string[] {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').trim().split('\n') : []
  }

  cached(): string[] {
    return existsSync(this.cache) ? readdirSync(this.cache).sort() : []
  }

  command(name: string, script: string): void {
    this.write(join(this.bin, name), `#!/bin/sh\n${script}\n`, 0o755)
  }

  /** A fresh `node_modules`, as another checkout would have. */
  addTfjsNode(): void {
    rmSync(this.tfjsNode, { recursive: true, force: true })
    const manifest = { name: '@tensorflow/tfjs-node', version: '4.22.0', binary: { napi_versions: [3, 8] } }
    this.write(join(this.tfjsNode, 'package.json'), JSON.stringify(manifest))
    this.write(join(this.tfjsNode, 'index.js'), standInForTfjsNode)
    this.write(join(this.tfjsNode, 'binding.gyp'), '{}')
    this.write(join(this.tfjsNode, 'binding/tfjs_binding.cc'), '')
  }

  private write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { mode })
  }
}

/** Works when the addon and the library are where the real package looks for them. */
const standInForTfjsNode = `
const fs = require('node:fs')
const addon = fs.readFileSync(__dirname + '/lib/napi-v8/tfjs_binding.node', 'utf8')
if (addon !== 'compiled') throw new Error('this addon is from another machine')
const library = fs.readFileSync(__dirname + '/deps/lib/libtensorflow.so', 'utf8')
exports.tensor2d = (values) => values
exports.matMul = () => {
  if (require('node:util').isNullOrUndefined(1)) throw new Error('no shim')
  return { dataSync: () => [19, 22, 43, 50] }
}
exports.getBackend = () => 'tensorflow'
exports.backend = () => ({ binding: { TF_Version: library } })
`

const realPython = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).stdout.trim()

function pythonScript(log: string, wheel: string, python: string, pip: string): string {
  const download = {
    works: `cp '${wheel}' "$destination"`,
    'finds nothing':
      'echo "WARNING: Retrying" >&2; echo "ERROR: No matching distribution found for tensorflow-cpu==9.9.9" >&2; exit 1',
    'never ends': 'echo half > "$TMPDIR/half.whl"; sleep 60',
  }[pip]
  return `PATH=/usr/bin:/bin
case "$1 $2 $3" in
  "-m pip --version") ${python === 'without pip' ? 'exit 1' : 'exit 0'} ;;
  "-m pip download") echo download >> '${log}'; for destination; do :; done; ${download} ;;
  "--version  ") exit 0 ;;
  *) exec '${realPython}' "$@" ;;
esac`
}

function nodeGypScript(log: string): string {
  return `
const fs = require('node:fs')
fs.appendFileSync(${JSON.stringify(log)}, 'compile\\n')
fs.readFileSync('deps/include/tensorflow/c/c_api.h')
const folder = process.argv.find((argument) => argument.startsWith('--module_path=')).slice(14)
fs.mkdirSync(folder, { recursive: true })
fs.writeFileSync(folder + '/tfjs_binding.node', 'compiled')
`
}

/** A zip with the members of the real wheel that matter, and their record. */
function makeWheel(path: string, kind: 'sound' | 'record'): void {
  const script = `
import base64, hashlib, sys, zipfile
members = {'tensorflow/libtensorflow_cc.so.2': b'9.9.9', 'tensorflow/libtensorflow_framework.so.2': b'framework',
  'tensorflow/include/tensorflow/c/c_api.h': b'// header', 'tensorflow/include/Eigen/Core': b'not needed'}
def digest(data):
    return 'sha256=' + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, data in members.items():
        wheel.writestr(name, data)
    record = ''.join('%s,%s,%d\\n' % (name, digest(data), len(data)) for name, data in members.items())
    if sys.argv[2] == 'record':
        record = record.replace(digest(b'framework'), digest(b'other'))
    wheel.writestr('tensorflow_cpu-9.9.9.dist-info/RECORD', record)
`
  const { status, stderr } = spawnSync(realPython, ['-c', script, path, kind], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`these tests need python3: ${stderr}`)
}
