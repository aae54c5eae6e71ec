import { expect, test } from 'vitest'
import { locateNativeAddon } from '../../src/backend/locate.js'
import { model } from './projects.js'
import { projectForAll } from './user-project.js'

const config = `import { defineConfig } from 'vitest/config'
import recipe from 'vitest-recipe/plugin'

export default defineConfig({
  plugins: [recipe({ cache: false })],
  test: { execArgv: ['--cpu-prof', '--cpu-prof-dir=profile'] },
})
`
const trainTest = `import { expect, test } from 'vitest-recipe'
import { createModel, examples } from './model.js'

test('learns', async ({ train }) => {
  const { losses } = await train(() => createModel({ units: 256 }), { data: examples(2000), steps: 1000, batchSize: 128 })
  expect(losses).toHaveLength(1000)
})
`
const project = projectForAll({
  'vitest.config.ts': config,
  'model.ts': model,
  'train.test.ts': trainTest,
})

// With AVX2 the profiler's signals corrupt memory within a second or two.
test.runIf(locateNativeAddon(process.cwd())?.state === 'ready')('a test run can be profiled', async () => {
  const { code, output } = await project().vitest()
  expect(code, output).toBe(0)
})
