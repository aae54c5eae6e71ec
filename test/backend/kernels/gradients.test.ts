import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registerKernels } from '../../../src/backend/kernels/index.js'
import { locateNativeAddon } from '../../../src/backend/locate.js'
import { selectBackend } from '../../../src/backend/select.js'
import {
  conv2dCases,
  conv2dTransposeCases,
  conv3dCases,
  depthwiseCases,
  dilation2dCases,
  type GradientCase,
  gatherCases,
  inputsOf,
  resizeBilinearCases,
} from './gradient-cases.js'
import { analyticGradients, gradientErrors, relativeDifference } from './gradient-error.js'
import { avgPoolCases, maxPoolCases } from './pool-gradient-cases.js'

const trainingCases = [
  ...conv2dCases,
  ...conv2dTransposeCases,
  ...depthwiseCases,
  ...gatherCases,
  ...avgPoolCases,
  ...maxPoolCases,
  ...conv3dCases,
  ...dilation2dCases,
]
const cpuCases = [...avgPoolCases, ...resizeBilinearCases]
const isNativeHere = locateNativeAddon(process.cwd())?.state === 'ready'
let backendBefore: string | undefined

beforeAll(async () => {
  backendBefore = tf.getBackend()
  if (isNativeHere) await selectBackend({ backend: 'tensorflow', root: process.cwd() })
  registerKernels('wasm')
  registerKernels('cpu')
})

afterAll(async () => {
  if (backendBefore) await tf.setBackend(backendBefore)
})

describe.each([
  { backend: 'wasm', cases: trainingCases },
  { backend: 'cpu', cases: cpuCases },
])('gradients on $backend', ({ backend, cases }) => {
  beforeAll(async () => {
    await tf.setBackend(backend)
  })

  it.each(cases)('agrees with finite differences: $name', (gradientCase) => {
    const before = tf.memory().numTensors
    const dataBefore = tf.backend().numDataIds()
    const inputs = inputsOf(gradientCase)
    const errors = gradientErrors(gradientCase.forward, inputs)
    tf.dispose(inputs)
    expect(Math.max(...errors)).toBeLessThan(0.02)
    expect(tf.memory().numTensors).toBe(before)
    expect(tf.backend().numDataIds()).toBe(dataBefore)
  })
})

describe.runIf(isNativeHere).each([
  { backend: 'wasm', cases: trainingCases.filter((one) => !one.refusedByNative) },
  { backend: 'cpu', cases: cpuCases.filter((one) => !one.refusedByNative) },
])('gradients on $backend against tensorflow', ({ backend, cases }) => {
  it.each(cases)('$name', async (gradientCase) => {
    const expected = await gradientsOn('tensorflow', gradientCase)
    const actual = await gradientsOn(backend, gradientCase)
    for (const [i, gradient] of actual.entries()) {
      expect(relativeDifference(gradient, expected[i]!)).toBeLessThan(1e-4)
    }
  })
})

async function gradientsOn(backend: string, gradientCase: GradientCase): Promise<Float32Array[]> {
  await tf.setBackend(backend)
  const inputs = inputsOf(gradientCase)
  const gradients = analyticGradients(gradientCase.forward, inputs)
  tf.dispose(inputs)
  return gradients
}
