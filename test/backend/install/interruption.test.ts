import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { InstallInterrupted } from '../../../src/backend/install/install-problem.js'
import { installTensorflow } from '../../../src/backend/install/install-tensorflow.js'
import { FakeMachine } from './fake-machine.js'

/** No process has this id: Linux counts to 4,194,304 at most. */
const deadProcess = 99_999_999

test('interrupted while downloading: pip is stopped and nothing half-made stays', async () => {
  const machine = new FakeMachine({ pip: 'never ends' })
  const controller = new AbortController()
  const installing = installTensorflow(machine.options({ signal: controller.signal }))
  const stopped = expect(installing).rejects.toThrow(InstallInterrupted)
  await vi.waitFor(() => expect(machine.did()).toEqual(['download']), { timeout: 5000 })
  controller.abort()
  await stopped
  expect(machine.cached()).toEqual([])
})

test('the next run removes what a killed one left, and takes over its lock', async () => {
  const machine = new FakeMachine()
  mkdirSync(join(machine.cache, `.partial-${deadProcess}-abc/wheel`), { recursive: true })
  writeFileSync(join(machine.cache, 'install.lock'), JSON.stringify({ pid: deadProcess, host: hostname() }))
  await installTensorflow(machine.options())
  expect(machine.cached()).toEqual(['addons', 'tensorflow-9.9.9-linux-x64'])
})

test('the lock of a living process is waited for, and the wait can be interrupted', async () => {
  const machine = new FakeMachine()
  mkdirSync(machine.cache)
  writeFileSync(join(machine.cache, 'install.lock'), JSON.stringify({ pid: process.pid, host: hostname() }))
  const controller = new AbortController()
  const progress = { stage() {}, bytes() {}, note: () => controller.abort() }
  await expect(installTensorflow(machine.options({ progress, signal: controller.signal }))).rejects.toThrow(
    InstallInterrupted,
  )
  expect(machine.cached()).toEqual(['install.lock'])
})
