import { afterAll, beforeAll, expect, test } from 'vitest'
import { config, model } from './projects.js'
import { packPackage, UserProject } from './user-project.js'

let packed: ReturnType<typeof packPackage>
let broken: UserProject

const recipes = `import { describeRecipe } from 'vitest-recipe'
import { createModel, examples } from './model.js'

const train = examples(200)
const create = () => {
  throw new Error('no such layer')
}
describeRecipe('no program', { create, train })
describeRecipe('too fast', { create: () => createModel({ learningRate: 100 }), train }, { budget: 'quick' })
`

beforeAll(() => {
  packed = packPackage()
  broken = new UserProject(packed.tarball, {
    'vitest.config.ts': config(),
    'model.ts': model,
    'recipe.test.ts': recipes,
  })
}, 120_000)
afterAll(() => {
  broken?.remove()
  packed?.remove()
}, 60_000)

test('failed recipes read as a diagnosis each', async () => {
  const { output } = await broken.vitest()
  const [, failed = '', verdict = ''] = output.split(/Failed Tests|Test Files/)
  // One failure for a factory that throws, at the line of the user; none of the others shows code.
  expect(failed.match(/FAIL {2}recipe\.test\.ts > no program/g)).toHaveLength(1)
  expect(failed).toMatch(/The factory threw: no such layer[\s\S]+❯ create recipe\.test\.ts:6:9/)
  expect(failed.match(/❯ \S+ \S+:\d+:\d+/g)).toHaveLength(1)
  expect(failed).not.toContain('node_modules')
  expect(verdict).toContain('  Diagnosis  recipe.test.ts > no program')
  expect(verdict).toMatch(/\?\s+reproducible: Could not run: The factory threw: no such layer/)
  expect(verdict).toMatch(/Diagnosis {2}recipe\.test\.ts > too fast[\s\S]+1\. {2}\S+ {2}← mend this first/)
})
