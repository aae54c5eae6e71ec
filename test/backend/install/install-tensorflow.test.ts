import { existsSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installTensorflow } from '../../../src/backend/install/install-tensorflow.js'
import { FakeMachine } from './fake-machine.js'

const tensorflowFolder = 'tensorflow-9.9.9-linux-x64'
const addon = 'addons/tfjs-node-4.22.0-napi-v8-tensorflow-9.9.9-linux-x64/tfjs_binding.node'

test('the first installation downloads, compiles and links', async () => {
  const machine = new FakeMachine()
  const result = await installTensorflow(machine.options())
  expect(result).toMatchObject({ outcome: 'installed', tensorflow: '9.9.9', tfjsNode: { version: '4.22.0' } })
  expect(machine.did()).toEqual(['download', 'compile'])
  expect(machine.cached()).toEqual(['addons', tensorflowFolder])
  expect(readlinkSync(join(machine.tfjsNode, 'deps/lib'))).toBe(
    join(machine.cache, tensorflowFolder, 'tensorflow'),
  )
})

test('only the needed members are taken out of the wheel', async () => {
  const machine = new FakeMachine()
  await installTensorflow(machine.options())
  const include = join(machine.cache, tensorflowFolder, 'tensorflow/include')
  expect(existsSync(join(include, 'tensorflow/c/c_api.h'))).toBe(true)
  expect(existsSync(join(include, 'Eigen/Core'))).toBe(false)
})

test('a second run finds it working and does nothing', async () => {
  const machine = new FakeMachine()
  await installTensorflow(machine.options())
  const before = statSync(join(machine.tfjsNode, 'deps')).ctimeMs
  expect(await installTensorflow(machine.options())).toMatchObject({ outcome: 'already-working' })
  expect(machine.did()).toEqual(['download', 'compile'])
  expect(statSync(join(machine.tfjsNode, 'deps')).ctimeMs).toBe(before)
})

test('another checkout needs no python, no compiler and no network', async () => {
  const machine = new FakeMachine()
  await installTensorflow(machine.options())
  machine.addTfjsNode()
  const bare = { ...machine.env, PATH: '' }
  expect(await installTensorflow(machine.options({ env: bare }))).toMatchObject({ outcome: 'installed' })
  expect(machine.did()).toEqual(['download', 'compile'])
})

test('what an interrupted upstream installation left in the package is replaced', async () => {
  const machine = new FakeMachine()
  await installTensorflow(machine.options())
  writeFileSync(join(machine.tfjsNode, 'lib/napi-v8/tfjs_binding.node'), 'for TensorFlow 2.9')
  await installTensorflow(machine.options())
  expect(readFileSync(join(machine.tfjsNode, 'lib/napi-v8/tfjs_binding.node'), 'utf8')).toBe('compiled')
})

test('an addon in the cache that does not load here is compiled again', async () => {
  const machine = new FakeMachine()
  await installTensorflow(machine.options())
  machine.addTfjsNode()
  writeFileSync(join(machine.cache, addon), 'for another glibc')
  expect(await installTensorflow(machine.options())).toMatchObject({ outcome: 'installed' })
  expect(machine.did()).toEqual(['download', 'compile', 'compile'])
})

test('two installations at once download once', async () => {
  const machine = new FakeMachine()
  const notes: string[] = []
  const progress = { stage() {}, bytes() {}, note: (text: string) => void notes.push(text) }
  const results = await Promise.all([
    installTensorflow(machine.options({ progress })),
    installTensorflow(machine.options({ progress })),
  ])
  expect(results.map(({ outcome }) => outcome)).toEqual(['installed', 'installed'])
  expect(machine.did()).toEqual(['download', 'compile'])
  expect(notes).toEqual([expect.stringContaining('waiting for another installation')])
})

test('--add lets the package manager add tfjs-node without its scripts', async () => {
  const machine = new FakeMachine({ tfjsNode: 'missing' })
  const log = join(machine.folder, 'npm-arguments')
  machine.command('npm', `echo "$@" > '${log}'`)
  await expect(installTensorflow(machine.options({ add: true }))).rejects.toThrow(/npm install .* failed/)
  expect(readFileSync(log, 'utf8')).toBe('install --save-dev --ignore-scripts @tensorflow/tfjs-node@4.22.0\n')
})
