import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { config, model } from '../e2e/projects.js'
import { projectForAll } from '../e2e/user-project.js'

const recipeTest = `import { describeRecipe } from 'vitest-recipe'
import { createModel, examples } from './model.js'

const recipe = { create: createModel, train: examples(400), validation: examples(500), steps: 1000 }
const only = ['zero-input-baseline', 'overfit-batch', 'updates-every-weight',
  'healthy-activations', 'healthy-gradients', 'overfit-training-set', 'trains-as-well-as-adam', 'has-converged']
describeRecipe('sums', recipe, { budget: 'thorough', only })
`
/** All but helpers take their time wherever they yield: helpers have time to help, on the fastest machine too. */
const slow = `const helps = /parallel.helper/.test(process.argv[1])
if (!helps) globalThis.setImmediate = (...args) => setTimeout(args[0], 20, ...args.slice(1))
`
/** Loaded by every process: what a helper sends bears a mark. */
const marking = `${slow}
if (helps) {
  const send = process.send
  process.send = (message) => {
    for (const { result } of message.results ?? []) result.measured.elsewhere = 1
    return send.call(process, message)
  }
}
`
/** A helper ends in the middle of its work. */
const deadly = `${slow}if (helps) setTimeout(() => process.exit(1), 3000)\n`

const project = projectForAll({
  'vitest.config.ts': config('{ cache: false }'),
  'model.ts': model,
  'recipe.test.ts': recipeTest,
  'marking.cjs': marking,
  'deadly.cjs': deadly,
  'tmp/keep': '',
})

interface Result {
  check: string
  measured: Record<string, number>
}

/** All results, without seconds. */
async function run(helpers: number, load?: string): Promise<Result[]> {
  const settings = {
    VITEST_RECIPE_HELPERS: String(helpers),
    TMPDIR: join(project().path, 'tmp'),
    NODE_OPTIONS: load ? `--require ${join(project().path, load)}` : '',
  }
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, settings)
  try {
    const { code } = await project().vitest()
    expect(code).toBe(0)
    const { models } = JSON.parse(project().read('recipe-report/results.json'), (key, value) =>
      /^seconds/.test(key) ? undefined : value,
    ) as { models: Array<{ results: Result[] }> }
    return models[0]!.results
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
}

test('helpers find what one process finds, to the bit; what one that dies was at is done here', async () => {
  const alone = await run(0)
  expect(alone).toHaveLength(8)

  const marked = await run(1, 'marking.cjs')
  expect(marked.filter(({ measured }) => measured.elsewhere).length).toBeGreaterThan(0)
  expect(marked.filter(({ measured }) => !measured.elsewhere).length).toBeGreaterThan(0)
  for (const { measured } of marked) delete measured.elsewhere
  expect(marked).toEqual(alone)
  expect(readdirSync(join(project().path, 'tmp')).filter((name) => name.startsWith('vitest-recipe'))).toEqual(
    [],
  )

  expect(await run(1, 'deadly.cjs')).toEqual(alone)
}, 200_000)
