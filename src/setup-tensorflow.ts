import { afterAll, aroundEach } from 'vitest'
import { selectBackend } from './backend/select.js'
import { disposeTrainedRuns } from './fixtures/train.js'
import { registerMatchers } from './matchers/register.js'
import type { RecipeSettings } from './matchers/settings-key.js'
import { withSeed } from './training/seed.js'

/** What a test file that may use TensorFlow.js needs: backend, matchers, seed. */
export async function setUpTensorFlow(settings: RecipeSettings): Promise<void> {
  const { name, why, warning } = await selectBackend(settings)
  registerMatchers()
  aroundEach(async (runTest, { task }) => {
    task.meta.recipe = { backend: { name, why, ...(warning && { warning }) } }
    await withSeed(settings.seed, runTest)
  })
  afterAll(disposeTrainedRuns)
}
