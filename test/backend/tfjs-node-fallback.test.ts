import { mkdtempSync, readFileSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as plain from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import everything, * as tf from '../../src/backend/tfjs-node-fallback.js'

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

describe('file:// models', () => {
  it('come back bit for bit, with their training configuration', async () => {
    const model = createModel()
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
    const path = join(folder, 'nested', 'model')
    const saved = await model.save(`file://${path}`, { includeOptimizer: true })
    // 13 weights of 4 bytes, and the optimizer's count of its steps.
    expect(saved.modelArtifactsInfo.weightDataBytes).toBe(4 * 14)

    const loaded = await tf.loadLayersModel(`file://${path}/model.json`)
    const bytes = (weights: plain.Tensor[]) => weights.map((w) => Buffer.from(w.dataSync().slice().buffer))
    expect(bytes(loaded.getWeights())).toEqual(bytes(model.getWeights()))
    expect(loaded.loss).toBe('meanSquaredError')
    const { weightsManifest } = JSON.parse(readFileSync(join(path, 'model.json'), 'utf8'))
    expect(weightsManifest[0].paths).toEqual(['weights.bin'])
  })

  it('are available through io.fileSystem too', async () => {
    const path = join(folder, 'handler')
    await createModel().save(tf.io.fileSystem(path))
    const loaded = await tf.loadLayersModel(tf.io.fileSystem(join(path, 'model.json')))
    expect(loaded.countParams()).toBe(13)
  })

  it('say what is missing', async () => {
    const path = join(folder, 'broken')
    await createModel().save(`file://${path}`)
    await expect(tf.loadLayersModel(`file://${path}`)).rejects.toThrow('give the path of its model.json')
    unlinkSync(join(path, 'weights.bin'))
    await expect(tf.loadLayersModel(`file://${path}/model.json`)).rejects.toThrow(
      'weights.bin does not exist',
    )
    await expect(tf.loadLayersModel(`file://${path}/nothing.json`)).rejects.toThrow('does not exist')
  })
})
