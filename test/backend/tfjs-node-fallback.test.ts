import { mkdtempSync, readFileSync, rmSync, unlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as plain from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { locateNativeAddon } from '../../src/backend/locate.js'
import everything, * as tf from '../../src/backend/tfjs-node-fallback.js'
import { fakeProject } from './fake-project.js'

const isNativeHere = locateNativeAddon(process.cwd())?.state === 'ready'
const project = fakeProject()
let folder: string
let backendBefore: string | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fallback-'))
  backendBefore = plain.getBackend()
  await plain.setBackend('cpu')
})

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  if (backendBefore) await plain.setBackend(backendBefore)
})

const createModel = () =>
  tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] }), tf.layers.dense({ units: 1 })] })

describe('the stand-in for tfjs-node', () => {
  it('is TensorFlow.js, by name and as default export', () => {
    const missing = Object.keys(plain).filter((name) => name !== 'default' && !(name in tf))
    expect(missing).toEqual([])
    expect(tf.sequential).toBe(plain.sequential)
    expect(tf.LayersModel).toBe(plain.LayersModel)
    expect(everything.sequential).toBe(plain.sequential)
    expect(createModel()).toBeInstanceOf(plain.LayersModel)
  })

  it('refuses what only native code can do, by name and with the command', () => {
    for (const [name, refuse] of Object.entries(tf.node)) {
      expect(() => refuse('x')).toThrow(`tf.node.${name} needs TensorFlow's native addon`)
      expect(() => refuse('x')).toThrow('npx vitest-recipe install-tensorflow')
    }
  })

  it('says in its version that tfjs-node is not there', () => {
    expect(tf.version.tfjs).toBe(plain.version.tfjs)
    expect(tf.version['tfjs-node']).toContain('not loaded')
  })
})

describe('models in folders', () => {
  const bytes = (model: plain.LayersModel) =>
    model.getWeights().map((weight) => Buffer.from(weight.dataSync().slice().buffer))
  const load = (path: string) => tf.loadLayersModel(tf.io.fileSystem(path))

  it('come back bit for bit, with their training configuration', async () => {
    const model = createModel()
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
    const path = join(folder, 'nested', 'model')
    const saved = await model.save(tf.io.fileSystem(path), { includeOptimizer: true })
    // 13 weights of 4 bytes, and the optimizer's count of its steps.
    expect(saved.modelArtifactsInfo.weightDataBytes).toBe(4 * 14)

    const loaded = await load(join(path, 'model.json'))
    expect(bytes(loaded)).toEqual(bytes(model))
    expect(loaded.loss).toBe('meanSquaredError')
    const { weightsManifest } = JSON.parse(readFileSync(join(path, 'model.json'), 'utf8'))
    expect(weightsManifest[0].paths).toEqual(['weights.bin'])
  })

  it('say what is missing', async () => {
    const path = join(folder, 'broken')
    await createModel().save(tf.io.fileSystem(path))
    await expect(load(path)).rejects.toThrow('give the path of its model.json')
    unlinkSync(join(path, 'weights.bin'))
    await expect(load(join(path, 'model.json'))).rejects.toThrow('weights.bin does not exist')
    await expect(load(join(path, 'nothing.json'))).rejects.toThrow('does not exist')
  })

  it.runIf(isNativeHere)('are exchanged with tfjs-node, which may load later', async () => {
    const native = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof tf
    await plain.setBackend('cpu')
    const model = createModel()
    for (const [writer, reader] of [
      [native.io, tf.io],
      [tf.io, native.io],
    ] as const) {
      const path = join(folder, 'exchanged')
      await model.save(writer.fileSystem(path))
      const loaded = await tf.loadLayersModel(reader.fileSystem(join(path, 'model.json')))
      expect(bytes(loaded)).toEqual(bytes(model))
    }
    await model.save(`file://${join(folder, 'either')}`)
  })

  it('have addresses file:// where tfjs-node is not there', { timeout: 30_000 }, () => {
    project.installCompiled('tfjs-node-fallback.ts')
    project.link('@tensorflow/tfjs')
    const { stdout } = project.run(`
      import * as tf from './node_modules/vitest-recipe/tfjs-node-fallback.js'
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] })
      await model.save('file://./saved')
      const loaded = await tf.loadLayersModel('file://./saved/model.json')
      const same = loaded.getWeights().every((w, i) => w.equal(model.getWeights()[i]).all().dataSync()[0])
      console.log(same ? 'the same weights' : 'other weights')
    `)
    expect(stdout).toContain('the same weights')
  })
})
