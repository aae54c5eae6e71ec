import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

const repository = join(import.meta.dirname, '../..')

export interface BuiltCli {
  main: string
  run(cwd: string, ...args: string[]): SpawnSyncReturns<string>
  /** Call when the test file is done. */
  remove(): void
}

/**
 * Compiles the sources as they are now, so that a test never runs yesterday's dist. The copy lies inside the
 * repository, where the dependencies are found.
 */
export function buildCli(): BuiltCli {
  const parent = join(repository, '.vitest')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'cli-'))
  copyFileSync(join(repository, 'package.json'), join(folder, 'package.json'))
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  const options = [
    '-p',
    join(repository, 'tsconfig.build.json'),
    '--outDir',
    join(folder, 'dist'),
    '--declaration',
    'false',
  ]
  spawnSync(process.execPath, [compiler, ...options])
  const main = join(folder, 'dist/cli/main.js')
  return {
    main,
    run: (cwd, ...args) => spawnSync(process.execPath, [main, ...args], { cwd, encoding: 'utf8' }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** An empty folder for one test. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-recipe-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
