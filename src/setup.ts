import { afterAll, aroundEach } from 'vitest'
import { selectBackend } from './backend/select.js'
import { disposeTrainedRuns } from './fixtures/train.js'
import { registerMatchers } from './matchers/register.js'
import { recipeSettings } from './matchers/settings.js'
import { withSeed } from './training/seed.js'

/** Runs in every worker, before each test file: backend, matchers, seed. */
export async function setUp(): Promise<void> {
  const settings = recipeSettings()
  const { name, why, warning } = await selectBackend(settings)
  registerMatchers()
  aroundEach(async (runTest, { task }) => {
    task.meta.recipe = { backend: { name, why, ...(warning && { warning }) } }
    await withSeed(settings.seed, runTest)
  })
  afterAll(disposeTrainedRuns)
}
