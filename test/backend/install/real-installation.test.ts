import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuiltCli, buildCli } from '../../cli/built-cli.js'

/** Downloads 274 MB and compiles: VITEST_RECIPE_SLOW=1 npx vitest run test/backend/install/real-installation */
describe.runIf(process.env.VITEST_RECIPE_SLOW)('on this machine, from nothing', { timeout: 600_000 }, () => {
  let cli: BuiltCli
  let folder: string
  beforeAll(() => {
    cli = buildCli()
    folder = mkdtempSync(join(tmpdir(), 'vitest-recipe-real-'))
  })
  afterAll(() => {
    cli.remove()
    rmSync(folder, { recursive: true, force: true })
  }, 120_000)

  function install() {
    const env = { ...process.env, VITEST_RECIPE_CACHE: join(folder, 'cache') }
    return spawnSync(process.execPath, [cli.main, 'install-tensorflow', '--add'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    })
  }

  test('adds tfjs-node, downloads, compiles, and computes', () => {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    const { status, stdout, stderr } = install()
    expect(stderr).toMatch(/\[4\/4\] linking/)
    expect(stdout).toMatch(/tfjs-node 4\.22\.0 on TensorFlow 2\.21\.0, installed in/)
    expect(status).toBe(0)
  })

  test('again: already working', () => {
    expect(install().stdout).toContain('already working')
  })

  test('a fresh node_modules is served from the cache in seconds', () => {
    const native = join(folder, 'node_modules/@tensorflow/tfjs-node')
    for (const part of ['lib', 'deps']) rmSync(join(native, part), { recursive: true })
    const started = performance.now()
    const { stderr, status } = install()
    expect(status).toBe(0)
    expect(stderr).toMatch(/^\[1\/1\] linking/)
    expect(performance.now() - started).toBeLessThan(15_000)
  })
})
