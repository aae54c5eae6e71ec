import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { configTemplate } from '../../src/cli/init-templates.js'
import { FakeMachine } from '../backend/install/fake-machine.js'
import { buildCli, emptyFolder } from './built-cli.js'

const cli = buildCli()
afterAll(cli.remove)

describe('usage', () => {
  test.for([['--help'], ['-h'], ['doctor', '--help']])('%o prints it and succeeds', (args) => {
    const { status, stdout } = cli.run(emptyFolder(), ...args)
    expect(status).toBe(0)
    for (const command of ['init', 'doctor', 'install-tensorflow']) expect(stdout).toContain(command)
  })

  test('--version', () => {
    expect(cli.run(emptyFolder(), '--version').stdout.trim()).toBe(manifest.version)
  })

  test.for([
    [[], 'Which command?'],
    [['frobnicate'], 'Unknown command: frobnicate'],
    [['doctor', '--frobnicate'], "Unknown option '--frobnicate'"],
  ] as const)('%o is misuse: exit 2', ([args, complaint]) => {
    const { status, stderr } = cli.run(emptyFolder(), ...args)
    expect(status).toBe(2)
    expect(stderr).toContain(complaint)
    expect(stderr).toContain('npx vitest-recipe init')
  })
})

describe('init', () => {
  test('writes a configuration and a first test, and says what comes next', () => {
    const folder = emptyFolder()
    const { status, stdout } = cli.run(folder, 'init')
    expect(status).toBe(0)
    expect(readFileSync(join(folder, 'vitest.config.ts'), 'utf8')).toBe(configTemplate)
    expect(readFileSync(join(folder, 'recipe.test.ts'), 'utf8')).toContain('toOverfitBatch')
    expect(stdout).toContain('1. npm install --save-dev vitest @tensorflow/tfjs\n')
  })

  test('the report is ignored where there is a .gitignore, once', () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, '.gitignore'), 'node_modules')
    expect(cli.run(folder, 'init').stdout).toContain('added   recipe-report/ to .gitignore')
    cli.run(folder, 'init')
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('node_modules\nrecipe-report/\n')
  })

  test('never overwrites, and says what to add to a configuration that is there', () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'vite.config.js'), 'export default {}')
    writeFileSync(join(folder, 'recipe.test.ts'), '// mine')
    const { stdout } = cli.run(folder, 'init')
    expect(readdirSync(folder).sort()).toEqual(['recipe.test.ts', 'vite.config.js'])
    expect(readFileSync(join(folder, 'recipe.test.ts'), 'utf8')).toBe('// mine')
    expect(stdout).toContain("import recipe from 'vitest-recipe/plugin'")
  })
})

describe('doctor', () => {
  test('an empty folder is broken: exit 1, with the commands that mend it', () => {
    const { status, stdout } = cli.run(emptyFolder(), 'doctor')
    expect(status).toBe(1)
    expect(stdout).toContain('npm install --save-dev vitest')
    expect(stdout).toContain('npm install --save-dev @tensorflow/tfjs')
  })

  test('--json names the backend of this repository', () => {
    const { status, stdout } = cli.run(join(import.meta.dirname, '../..'), 'doctor', '--json')
    const report = JSON.parse(stdout)
    expect(status).toBe(0)
    expect(report).toMatchObject({ ok: true, backend: { computes: true }, config: { hasPlugin: true } })
    expect(['tensorflow', 'wasm', 'cpu']).toContain(report.backend.name)
  })
})

describe('install-tensorflow', () => {
  test('a project without tfjs-node: exit 1, with the command', () => {
    const { status, stderr } = cli.run(emptyFolder(), 'install-tensorflow')
    expect(status).toBe(1)
    expect(stderr).toContain('npm install --save-dev --ignore-scripts @tensorflow/tfjs-node')
  })

  test.runIf(process.platform === 'linux').for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while pip downloads: exit %i, and the cache is as before', async ([signal, code]) => {
    const machine = new FakeMachine({ pip: 'never ends' })
    const child = spawn(process.execPath, [cli.main, 'install-tensorflow'], {
      cwd: machine.project,
      env: machine.env,
    })
    let stderr = ''
    child.stderr.on('data', (text) => (stderr += text))
    const ended = new Promise((resolve) => child.on('exit', resolve))
    await vi.waitFor(() => expect(machine.did()).toEqual(['download']), { timeout: 5000 })
    child.kill(signal)
    expect(await ended).toBe(code)
    expect(stderr).toContain('nothing half-made was left behind')
    expect(machine.cached()).toEqual([])
    expect(existsSync(join(machine.tfjsNode, 'deps'))).toBe(false)
  })
})
