import { expect, test } from 'vitest'
import { config, model } from '../e2e/projects.js'
import { projectForAll } from '../e2e/user-project.js'

const recipe = `import { createModel, examples } from './model.js'

export const recipe = { create: createModel, train: examples(400), validation: examples(500) }
`
const part = (of: string | undefined) => `import { describeRecipe } from 'vitest-recipe'
import { recipe } from './recipe.js'

const skip = ['disjoint', 'label-map-match', 'same-distribution']
describeRecipe('sums', recipe, { skip, ${of ? `part: '${of}'` : ''} })
`

const project = projectForAll({
  'vitest.config.ts': config('{ cache: false }'),
  'model.ts': model,
  'recipe.ts': recipe,
  'whole.test.ts': part(undefined),
  'parts/first.test.ts': part('1/2').replace('./recipe', '../recipe'),
  'parts/second.test.ts': part('2/2').replace('./recipe', '../recipe'),
})

interface Model {
  name: string
  file: string
  untested: string[]
  results: Array<{ check: string; file?: string }>
}

const models = (): Model[] =>
  JSON.parse(project().read('recipe-report/results.json'), (key, value) =>
    /^seconds/.test(key) ? undefined : value,
  ).models

test('the parts of a recipe, on two shards, are one model in the report, with the results of the whole', async () => {
  expect(await project().vitest('whole')).toMatchObject({ code: 0 })
  const [whole] = models()
  for (const shard of ['1/2', '2/2']) {
    const { code } = await project().vitest('parts', `--shard=${shard}`, '--reporter=blob')
    expect(code).toBe(0)
  }
  const merged = await project().vitest('--merge-reports')
  expect(merged.code).toBe(0)
  expect(merged.output).not.toContain('Parts')
  const [together, ...others] = models()
  expect(others).toEqual([])
  expect(together).toMatchObject({ name: 'sums', file: 'parts/first.test.ts', untested: whole!.untested })
  const byCheck = (results: Model['results']) =>
    results.map(({ file: _, ...result }) => result).sort((a, b) => a.check.localeCompare(b.check))
  expect(byCheck(together!.results)).toEqual(byCheck(whole!.results))
  expect(together!.results.filter(({ file }) => file === 'parts/second.test.ts').length).toBeGreaterThan(5)
})

test('a part without the others says so', async () => {
  const { code, output } = await project().vitest('parts/first')
  expect(code).toBe(0)
  expect(output).toContain('Parts  sums: 2/2 did not run here: another shard, or a test file that is missing')
})
