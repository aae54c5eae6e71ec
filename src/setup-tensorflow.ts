import { afterAll, aroundEach } from 'vitest'
import { selectBackend } from './backend/select.js'
import { disposeTrainedRuns } from './fixtures/train.js'
import { registerMatchers } from './matchers/register.js'
import type { RecipeSettings } from './matchers/settings-key.js'
import { rememberLibrary } from './memo/library.js'
import { digestOfMocks } from './memo/mocks.js'
import { withMemory } from './memo/remember.js'
import { openStore, storeFolder } from './memo/store.js'
import { surroundingsOf } from './memo/surroundings.js'
import { withSeed } from './training/seed.js'

/** What a test file that may use TensorFlow.js needs: backend, matchers, seed. `files`: the test file and setup files. */
export async function setUpTensorFlow(settings: RecipeSettings, files: readonly string[]): Promise<void> {
  const choice = await selectBackend(settings)
  const { name, why, warning } = choice
  registerMatchers()
  rememberLibrary()
  const memory = settings.cache
    ? {
        store: openStore(storeFolder(settings.root)),
        surroundings: `${surroundingsOf(choice)} ${digestOfMocks(files) ?? ''}`,
      }
    : undefined
  aroundEach(async (runTest, { task }) => {
    task.meta.recipe = { backend: { name, why, ...(warning && { warning }) } }
    await withSeed(settings.seed, () => withMemory(memory, runTest))
  })
  afterAll(disposeTrainedRuns)
}
