import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll } from 'vitest'

/** A project in a temporary folder into which a test installs what it needs. Removed after the test file. */
export function fakeProject() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'fake-project-')))
  const modules = join(root, 'node_modules')
  const require = createRequire(import.meta.url)
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  return {
    root,
    modules,

    /** Installs compiled modules of src/backend, so that a child process can run them. Takes about a second. */
    installCompiled(...files: string[]) {
      const source = resolve(import.meta.dirname, '../../src/backend')
      const outDir = join(modules, 'vitest-recipe')
      const flags = '--ignoreConfig --module nodenext --target es2022 --types node --skipLibCheck --noCheck'
      const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
      const paths = files.map((file) => join(source, file))
      execFileSync(process.execPath, [
        tsc,
        ...flags.split(' '),
        '--rootDir',
        source,
        '--outDir',
        outDir,
        ...paths,
      ])
      writeFile(join(outDir, 'package.json'), '{ "type": "module" }')
    },

    /** Runs a module in the project's folder, without the settings of TensorFlow that this process has. */
    run(script: string, args: string[] = [], environment: Record<string, string> = {}) {
      const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TF_'))
      writeFile(join(root, 'script.mjs'), script)
      const { stdout, stderr } = spawnSync(process.execPath, ['--no-deprecation', 'script.mjs', ...args], {
        cwd: root,
        env: { ...Object.fromEntries(inherited), ...environment },
        encoding: 'utf8',
      })
      return { stdout, stderr }
    },

    /** Removes all installed packages but vitest-recipe itself. */
    empty() {
      rmSync(join(modules, '@tensorflow'), { recursive: true, force: true })
    },

    /** Links a package of this repository. */
    link(name: string) {
      const target = join(modules, name)
      mkdirSync(dirname(target), { recursive: true })
      symlinkSync(dirname(require.resolve(`${name}/package.json`)), target)
    },

    /** Makes a native package whose addon and library are there, but no binaries. */
    addNative(name: string, { addon = true } = {}): string {
      const directory = join(modules, name)
      const packageJson = {
        name,
        version: '4.99.0',
        main: 'index.js',
        binary: { napi_versions: [3, 4, 5, 6, 7, 8] },
      }
      writeFile(join(directory, 'package.json'), JSON.stringify(packageJson))
      writeFile(join(directory, 'index.js'), 'throw new Error("the package itself must not load")')
      writeFile(join(directory, 'deps', 'lib', 'libtensorflow.so'), '')
      if (addon) writeFile(join(directory, 'lib', 'napi-v8', 'tfjs_binding.node'), 'not a shared library')
      return directory
    },
  }
}

function writeFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
