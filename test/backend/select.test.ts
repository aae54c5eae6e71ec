import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { locateNativeAddon } from '../../src/backend/locate.js'
import type { BackendChoice } from '../../src/backend/select.js'
import { withoutStartUpLines } from '../../src/report/native-log.js'
import { fakeProject } from './fake-project.js'

const isNativeHere = locateNativeAddon(process.cwd())?.state === 'ready'
const project = fakeProject()

// Each choice is made in a process of its own, by compiled code installed into a project whose other packages
// the test decides.
beforeAll(() => project.installCompiled('select.ts'), 30_000)

afterEach(project.empty)

// Newer Nodes have no util.isNullOrUndefined, which tfjs-node calls in topk: every child does without.
const chooseScript = `
  import util from 'node:util'
  import * as tf from '@tensorflow/tfjs'
  import { selectBackend } from './node_modules/vitest-recipe/select.js'
  delete util.isNullOrUndefined
  const choose = () => selectBackend({ backend: process.argv[2], root: process.cwd() })
  try {
    const choice = await choose()
    const same = JSON.stringify(choice) === JSON.stringify(await choose())
    const sum = tf.sum(tf.conv2d(tf.ones([1, 4, 4, 1]), tf.ones([2, 2, 1, 1]), 1, 'valid')).dataSync()[0]
    const top = tf.topk(tf.tensor1d([1, 3, 2]), 2).values.arraySync()
    console.log('RESULT' + JSON.stringify({ choice, backend: tf.getBackend(), sum, top, same }))
  } catch (error) {
    console.log('RESULT' + JSON.stringify({ error: error.message }))
  }`

interface Outcome {
  choice: BackendChoice
  backend: string
  sum: number
  top: number[]
  same: boolean
  error?: string
  /** Everything printed besides the result. */
  noise: string
}

function choose(backend: string, environment: Record<string, string> = {}): Outcome {
  const { stdout, stderr } = project.run(chooseScript, [backend], environment)
  const [before, result] = stdout.split('RESULT')
  if (!result) throw new Error(`The child printed no result: ${stdout}${stderr}`)
  return { ...JSON.parse(result), noise: withoutStartUpLines(before + stderr).trim() }
}

describe('auto', () => {
  it.runIf(isNativeHere)('takes the native addon and says nothing else', () => {
    project.link('@tensorflow/tfjs')
    project.link('@tensorflow/tfjs-node')
    const { choice, backend, sum, top, same, noise } = choose('auto')
    expect(choice).toMatchObject({ name: 'tensorflow', package: '@tensorflow/tfjs-node' })
    expect(choice.why).toMatch(/^@tensorflow\/tfjs-node 4\.\d+\.\d+, 1 thread$/)
    expect(choice.warning).toBeUndefined()
    expect({ backend, sum, top, same, noise }).toEqual({
      backend: 'tensorflow',
      sum: 36,
      top: [3, 2],
      same: true,
      noise: '',
    })
  })

  it.runIf(isNativeHere)("keeps the user's number of threads", () => {
    project.link('@tensorflow/tfjs')
    project.link('@tensorflow/tfjs-node')
    expect(choose('auto', { TF_NUM_INTRAOP_THREADS: '2' }).choice.why).toContain(', 2 threads')
  })

  it.runIf(isNativeHere)('takes the other package when the GPU package fails', () => {
    project.link('@tensorflow/tfjs')
    project.link('@tensorflow/tfjs-node')
    project.addNative('@tensorflow/tfjs-node-gpu')
    expect(choose('auto').choice.package).toBe('@tensorflow/tfjs-node')
  })

  it('falls back to wasm when the addon is missing, with one warning and the command', () => {
    project.link('@tensorflow/tfjs')
    project.link('@tensorflow/tfjs-backend-wasm')
    project.addNative('@tensorflow/tfjs-node', { addon: false })
    const { choice, backend, sum, same, noise } = choose('auto')
    expect(choice.name).toBe('wasm')
    expect(choice.why).toMatch(/^@tensorflow\/tfjs-backend-wasm 4\.\d+\.\d+, 1 thread$/)
    expect(choice.warning).toBe(
      'vitest-recipe: running on wasm (slower): @tensorflow/tfjs-node is installed but its native addon is missing. ' +
        'Run `npx vitest-recipe install-tensorflow`.',
    )
    expect({ backend, sum, same, noise }).toEqual({ backend: 'wasm', sum: 36, same: true, noise: '' })
  })

  it('tells an addon that fails to load from one that is missing', () => {
    project.link('@tensorflow/tfjs')
    project.link('@tensorflow/tfjs-backend-wasm')
    project.addNative('@tensorflow/tfjs-node')
    const { warning } = choose('auto').choice
    expect(warning).toContain('@tensorflow/tfjs-node is installed but fails to load: ')
    expect(warning).toContain('tfjs_binding.node')
    expect(warning).not.toContain('\n')
  })

  it('falls back to cpu without wasm and names both remedies, without the banner', () => {
    project.link('@tensorflow/tfjs')
    const { choice, backend, sum, noise } = choose('auto')
    expect(choice.name).toBe('cpu')
    expect(choice.warning).toContain('@tensorflow/tfjs-node is not installed')
    expect(choice.warning).toContain('400 times slower')
    expect(choice.warning).toContain('npm install --save-dev @tensorflow/tfjs-backend-wasm')
    expect({ backend, sum, noise }).toEqual({ backend: 'cpu', sum: 36, noise: '' })
  })
})

describe('a backend asked for by name', () => {
  it('runs without a warning', () => {
    project.link('@tensorflow/tfjs')
    project.link('@tensorflow/tfjs-backend-wasm')
    expect(choose('wasm').choice).not.toHaveProperty('warning')
    const cpu = choose('cpu')
    expect(cpu.choice).not.toHaveProperty('warning')
    expect(cpu.noise).toBe('')
  })

  it('throws when it cannot run, saying why and what to do', () => {
    project.link('@tensorflow/tfjs')
    expect(choose('tensorflow').error).toBe(
      "vitest-recipe: backend 'tensorflow' cannot run: @tensorflow/tfjs-node is not installed. " +
        'Run `npx vitest-recipe install-tensorflow`.',
    )
    expect(choose('wasm').error).toContain('npm install --save-dev @tensorflow/tfjs-backend-wasm')
  })
})
