import * as tf from '@tensorflow/tfjs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, vi } from 'vitest'
import { locateNativeAddon } from '../../../src/backend/locate.js'
import { selectBackend } from '../../../src/backend/select.js'

/** Tests that need the native backend, where it is there: none may leave tensors, data or variables behind. */
export function describeNative(name: string, tests: () => void): void {
  describe.runIf(locateNativeAddon(process.cwd())?.state === 'ready')(name, () => {
    let backendBefore: string | undefined
    let before = { numTensors: 0, numDataBuffers: 0 }
    const alive = () => {
      const { numTensors, numDataBuffers } = tf.memory()
      return { numTensors, numDataBuffers }
    }
    beforeAll(async () => {
      backendBefore = tf.getBackend()
      await selectBackend({ backend: 'tensorflow', root: process.cwd() })
    })
    afterAll(async () => {
      if (backendBefore) await tf.setBackend(backendBefore)
    })
    beforeEach(() => {
      before = alive()
    })
    afterEach(() => {
      vi.unstubAllEnvs()
      expect(alive()).toEqual(before)
    })
    tests()
  })
}
