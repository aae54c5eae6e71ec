import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { InstallProblem } from '../../../src/backend/install/install-problem.js'
import { type InstallOptions, installTensorflow } from '../../../src/backend/install/install-tensorflow.js'
import { FakeMachine } from './fake-machine.js'

async function problemOf(options: InstallOptions): Promise<InstallProblem> {
  return installTensorflow(options).then(
    () => expect.unreachable('the installation should have failed'),
    (error: InstallProblem) => error,
  )
}

test('tfjs-node is not in the project: the command that adds it', async () => {
  const problem = await problemOf(new FakeMachine({ tfjsNode: 'missing' }).options())
  expect(problem.message).toMatch(/tfjs-node is not installed in/)
  expect(problem.advice).toContain('npm install --save-dev --ignore-scripts @tensorflow/tfjs-node')
  expect(problem.advice).toContain('--add')
})

test('no python', async () => {
  const problem = await problemOf(new FakeMachine({ python: 'missing' }).options())
  expect(problem.message).toMatch(/Python was not found/)
  expect(problem.advice).toContain('apt-get install -y python3 python3-pip')
})

test('python without pip', async () => {
  const problem = await problemOf(new FakeMachine({ python: 'without pip' }).options())
  expect(problem.message).toMatch(/python3 has no pip/)
  expect(problem.advice).toContain('ensurepip')
})

test('pip finds no wheel: its own words, and where it looks', async () => {
  const machine = new FakeMachine({ pip: 'finds nothing' })
  const problem = await problemOf(machine.options())
  expect(problem.message).toContain('ERROR: No matching distribution found for tensorflow-cpu==9.9.9')
  expect(problem.advice).toContain('pip config list')
  expect(machine.cached()).toEqual([])
})

test('no compiler: said before the download, not after it', async () => {
  const machine = new FakeMachine({ compiler: 'missing' })
  const problem = await problemOf(machine.options())
  expect(problem.message).toMatch(/\+\+ and make not found/)
  expect(machine.did()).toEqual([])
})

test('the addon does not compile', async () => {
  const machine = new FakeMachine()
  writeFileSync(join(machine.folder, 'node-gyp.js'), 'console.error("a.cc:1: error: no"); process.exit(1)')
  const problem = await problemOf(machine.options())
  expect(problem.message).toContain('a.cc:1: error: no')
  expect(machine.cached()).toEqual(['tensorflow-9.9.9-linux-x64'])
})

test('the disk is too small', async () => {
  const machine = new FakeMachine()
  const problem = await problemOf(machine.options({ freeBytes: async () => 3e8 }))
  expect(problem.message).toMatch(/300 MB free, 1\.4 GB are needed/)
  expect(machine.did()).toEqual([])
})

test('a wheel that is not the published one is not used', async () => {
  const machine = new FakeMachine()
  const release = { ...machine.release, wheelSha256: '0'.repeat(64) }
  const problem = await problemOf(machine.options({ release }))
  expect(problem.message).toMatch(/its SHA-256 is [0-9a-f]{64}.*expected 0{64}/)
  expect(machine.cached()).toEqual([])
})

test('a member that does not match the wheel’s record is not used', async () => {
  const machine = new FakeMachine({ wheel: 'record' })
  const problem = await problemOf(machine.options())
  expect(problem.message).toContain('tensorflow/libtensorflow_framework.so.2 does not match')
  expect(machine.cached()).toEqual([])
})

test('node_modules cannot be written', async () => {
  const machine = new FakeMachine()
  // A file where a folder must go fails for root, too, whom permissions do not stop.
  writeFileSync(join(machine.tfjsNode, 'lib'), '')
  const problem = await problemOf(machine.options())
  expect(problem.message).toMatch(/tfjs-node cannot be written/)
})

test('the cache folder cannot be made', async () => {
  const machine = new FakeMachine()
  mkdirSync(join(machine.folder, 'somewhere'))
  writeFileSync(join(machine.folder, 'somewhere/file'), '')
  const problem = await problemOf(machine.options({ cache: join(machine.folder, 'somewhere/file/cache') }))
  expect(problem.advice).toContain('VITEST_RECIPE_CACHE=')
})
