import { symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { locateNativeAddon, locateNativeAddons } from '../../src/backend/locate.js'
import { fakeProject } from './fake-project.js'

const project = fakeProject()

afterEach(project.empty)

describe('locateNativeAddon', () => {
  it('is ready when the addon and libtensorflow are there', () => {
    const directory = project.addNative('@tensorflow/tfjs-node')
    expect(locateNativeAddon(project.root)).toEqual({
      package: '@tensorflow/tfjs-node',
      version: '4.99.0',
      directory,
      addonPath: join(directory, 'lib', 'napi-v8', 'tfjs_binding.node'),
      state: 'ready',
    })
  })

  it('misses the addon', () => {
    project.addNative('@tensorflow/tfjs-node', { addon: false })
    expect(locateNativeAddon(project.root)).toMatchObject({ state: 'addon-missing', missing: 'addon' })
  })

  it('misses libtensorflow, also when only a dangling link is left', () => {
    const directory = project.addNative('@tensorflow/tfjs-node')
    const library = join(directory, 'deps', 'lib', 'libtensorflow.so')
    unlinkSync(library)
    expect(locateNativeAddon(project.root)).toMatchObject({
      state: 'addon-missing',
      missing: 'libtensorflow',
    })
    symlinkSync(join(project.root, 'deleted-cache'), library)
    expect(locateNativeAddon(project.root)).toMatchObject({
      state: 'addon-missing',
      missing: 'libtensorflow',
    })
  })

  it('prefers the GPU package when it is ready, and only then', () => {
    project.addNative('@tensorflow/tfjs-node')
    project.addNative('@tensorflow/tfjs-node-gpu', { addon: false })
    expect(locateNativeAddon(project.root)?.package).toBe('@tensorflow/tfjs-node')
    project.addNative('@tensorflow/tfjs-node-gpu')
    expect(locateNativeAddon(project.root)?.package).toBe('@tensorflow/tfjs-node-gpu')
    expect(locateNativeAddons(project.root)).toHaveLength(2)
  })

  it('falls back to what is installed next to vitest-recipe', () => {
    const found = locateNativeAddon(project.root)
    expect(found?.directory.startsWith(project.root) ?? false).toBe(false)
  })
})
