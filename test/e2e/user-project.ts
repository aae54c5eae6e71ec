import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll } from 'vitest'
import { withoutCI } from '../snapshots/run-vitest.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const temporaryFolder = (name: string) => realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)))

export interface Outcome {
  code: number
  output: string
  /** What came on stdout alone, and all of it with its control sequences. */
  stdout: string
  raw: string
  seconds: number
}

/** This package as npm packs it, built from the sources as they are now. */
export function packPackage(): { tarball: string; remove(): void } {
  const folder = temporaryFolder('packed')
  for (const file of ['package.json', 'LICENSE', 'CHANGELOG.md', 'README.md']) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(folder, file))
  }
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const project = join(root, 'tsconfig.build.json')
  execFileSync(process.execPath, [compiler, '-p', project, '--outDir', join(folder, 'dist')], {
    stdio: 'inherit',
  })
  execFileSync(process.execPath, [join(root, 'scripts/bundle.mjs'), join(folder, 'dist')], {
    stdio: 'inherit',
  })
  const printed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--loglevel=error'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const [{ filename }] = JSON.parse(printed) as [{ filename: string }]
  return { tarball: join(folder, filename), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A project that has the packed package installed, beside the packages of this repository. */
export class UserProject {
  readonly path = temporaryFolder('user-project')
  private readonly modules = join(this.path, 'node_modules')

  constructor(tarball: string, files: Record<string, string> = {}) {
    this.write('package.json', '{ "type": "module", "private": true }')
    for (const name of packageNames()) this.link(name)
    mkdirSync(join(this.modules, 'vitest-recipe'))
    execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(this.modules, 'vitest-recipe')])
    for (const [file, content] of Object.entries(files)) this.write(file, content)
  }

  /** Replaces the linked tfjs-node by a copy without its addon and library, as after an install that failed. */
  hideAddon(): void {
    const name = '@tensorflow/tfjs-node'
    rmSync(join(this.modules, name))
    const source = join(root, 'node_modules', name)
    for (const part of ['package.json', 'dist']) {
      cpSync(join(source, part), join(this.modules, name, part), { recursive: true })
    }
  }

  write(file: string, content: string): void {
    mkdirSync(dirname(join(this.path, file)), { recursive: true })
    writeFileSync(join(this.path, file), content)
  }

  exists(file: string): boolean {
    return existsSync(join(this.path, file))
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8')
  }

  vitest(...args: string[]): Promise<Outcome> {
    return this.node(join(this.modules, 'vitest/vitest.mjs'), 'run', ...args)
  }

  /** Runs Node in the project, without the settings of the test run it is started from. */
  async node(...args: string[]): Promise<Outcome> {
    const started = performance.now()
    const environment = Object.fromEntries(
      Object.entries(withoutCI()).filter(([name]) => !/^(TF|ONEDNN)_/.test(name)),
    )
    const child = spawn(process.execPath, args, { cwd: this.path, env: { ...environment, NO_COLOR: '1' } })
    let [stdout, raw] = ['', '']
    child.stdout.on('data', (data) => {
      stdout += data
      raw += data
    })
    child.stderr.on('data', (data) => {
      raw += data
    })
    const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)))
    const output = stripVTControlCharacters(raw)
    return { code, output, stdout, raw, seconds: (performance.now() - started) / 1000 }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }

  private link(name: string): void {
    mkdirSync(dirname(join(this.modules, name)), { recursive: true })
    symlinkSync(realpathSync(join(root, 'node_modules', name)), join(this.modules, name), 'junction')
  }
}

function packageNames(): string[] {
  return readdirSync(join(root, 'node_modules'))
    .filter((name) => !name.startsWith('.') && name !== 'vitest-recipe')
    .flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(join(root, 'node_modules', name)).map((one) => `${name}/${one}`)
        : [name],
    )
}

/** A project with these files for all tests of a file. It is there once tests run. */
export function projectForAll(files: Record<string, string>): () => UserProject {
  let packed: ReturnType<typeof packPackage> | undefined
  let project: UserProject | undefined
  beforeAll(() => {
    packed = packPackage()
    project = new UserProject(packed.tarball, files)
  }, 120_000)
  afterAll(() => {
    project?.remove()
    packed?.remove()
  }, 60_000)
  return () => project!
}
