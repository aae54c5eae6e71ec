import { aroundEach, expect } from 'vitest'
import { usesTensorFlow } from './backend/uses-tensorflow.js'
import { recipeSettings } from './matchers/settings.js'
import { withSeed } from './training/seed.js'

/**
 * Runs in every worker, before each test file. TensorFlow.js takes more than a second to load: a file that cannot reach
 * it gets the seed only.
 */
export async function setUp(): Promise<void> {
  const settings = recipeSettings()
  const { testPath } = expect.getState()
  const files = [...(testPath === undefined ? [] : [testPath]), ...settings.setupFiles]
  if (testPath !== undefined && !usesTensorFlow(files)) {
    aroundEach(async (runTest) => {
      await withSeed(settings.seed, runTest)
    })
    return
  }
  const { setUpTensorFlow } = await import('./setup-tensorflow.js')
  await setUpTensorFlow(settings, files)
}
