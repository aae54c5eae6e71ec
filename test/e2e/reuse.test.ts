import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { config, fiveTests, model } from './projects.js'
import { packPackage, UserProject } from './user-project.js'

const recipeTest = `import { describeRecipe } from 'vitest-recipe'
import { createModel, examples } from './model.js'

describeRecipe('sums', { create: createModel, train: examples(400), steps: 200 })
`
const trainTest = `import { expect, test } from 'vitest-recipe'
import { createModel, examples } from './model.js'

test('learns', async ({ train }) => {
  const { losses, model } = await train(createModel, { data: examples(400), steps: 100 })
  expect(losses).toHaveLength(100)
  expect(model!.predict(examples(2).xs).shape).toEqual([2, 3])
})
`

let packed: ReturnType<typeof packPackage>
let project: UserProject
beforeAll(() => {
  packed = packPackage()
  project = new UserProject(packed.tarball, {
    'vitest.config.ts': config(),
    'model.ts': model,
    'five.test.ts': fiveTests,
    'recipe.test.ts': recipeTest,
    'train.test.ts': trainTest,
  })
}, 120_000)
afterAll(() => {
  project?.remove()
  packed?.remove()
}, 60_000)

const reused = (output: string) => Number(output.match(/(\d+) of them before \(same program/)?.[1] ?? 0)
const cache = 'node_modules/.cache/vitest-recipe/results'

test('what was trained is not trained again, until a line of the model, the seed or the backend changes', async () => {
  const first = await project.vitest('--update')
  expect(first.output).toContain('Tests  ')
  expect(first.code).toBe(0)
  expect(reused(first.output)).toBe(0)
  expect(project.exists(cache)).toBe(true)

  const again = await project.vitest()
  expect(again.code).toBe(0)
  // Three of the five tests, and most of a recipe.
  expect(reused(again.output)).toBeGreaterThan(6)
  const results = JSON.parse(project.read('recipe-report/results.json')) as {
    models: Array<{ file: string; results: Array<{ check: string; reused?: true }> }>
  }
  const five = results.models.find(({ file }) => file === 'five.test.ts')!.results
  expect(
    five
      .filter((one) => one.reused)
      .map(({ check }) => check)
      .sort(),
  ).toEqual(['decrease-loss-with-capacity', 'overfit-batch', 'zero-input-baseline'])

  project.write('model.ts', model.replace('learningRate = 0.01', 'learningRate = 0.011'))
  expect(reused((await project.vitest('recipe', 'train')).output)).toBeLessThanOrEqual(3)
  project.write('model.ts', model)

  project.write('vitest.config.ts', config('{ seed: 43 }'))
  expect(reused((await project.vitest('five')).output)).toBe(0)
  project.write('vitest.config.ts', config("{ backend: 'wasm' }"))
  expect(reused((await project.vitest('five')).output)).toBe(0)
  project.write('vitest.config.ts', config('{ cache: false }'))
  expect(reused((await project.vitest('five')).output)).toBe(0)
}, 300_000)

const fromDocs = (name: string) =>
  readFileSync(new URL(`../docs/${name}.ts`, import.meta.url), 'utf8').replace(
    '../../src/index.js',
    'vitest-recipe',
  )

const program = `import { withCacheKey } from 'vitest-recipe'
import { Classifier } from './classifier.js'

export const create = withCacheKey(() => new Classifier(), { code: import.meta.url, values: {} })
`
const loopTest = `import { expect, test } from 'vitest-recipe'
import { corners } from './corners.js'
import { create } from './program.js'

test('can overfit one batch', async () => {
  await expect(create).toOverfitBatch(corners(12))
})
`

test('a training loop with a cache key is trained once, until a line of its file changes', async () => {
  const classifier = fromDocs('classifier')
  project.write('vitest.config.ts', config())
  project.write('classifier.ts', classifier)
  project.write('corners.ts', fromDocs('corners'))
  project.write('program.ts', program)
  project.write('loop.test.ts', loopTest)
  project.write('mocked.test.ts', `import { vi } from 'vitest'\n${loopTest}\nvi.stubEnv('RATE', '0.1')\n`)
  const run = async (file: string) => {
    const { code, output } = await project.vitest(file)
    expect(code, output).toBe(0)
    return reused(output)
  }
  expect(await run('loop')).toBe(0)
  expect(await run('loop')).toBe(1)
  // Its mocks may change what the loop does.
  expect(await run('mocked')).toBe(0)
  expect(await run('mocked')).toBe(1)
  project.write('classifier.ts', classifier.replace('adam(0.02)', 'adam(0.03)'))
  expect(await run('loop')).toBe(0)
}, 120_000)
