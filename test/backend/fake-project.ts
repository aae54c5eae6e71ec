import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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
