import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packPackage, UserProject } from '../e2e/user-project.js'

let packed: ReturnType<typeof packPackage>
let project: UserProject

beforeAll(() => {
  packed = packPackage()
  project = new UserProject(packed.tarball, {
    'user.test.ts': readFileSync(join(import.meta.dirname, 'user-file.ts'), 'utf8'),
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'
import recipe from 'vitest-recipe/plugin'
export default defineConfig({ plugins: [recipe()] })
`,
  })
})
afterAll(() => {
  project?.remove()
  packed?.remove()
})

const compilers = {
  strict: {
    skipLibCheck: true,
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    noEmit: true,
  },
  'strict, declarations of packages checked too': {
    skipLibCheck: false,
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    noEmit: true,
  },
  bundler: {
    skipLibCheck: true,
    strict: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    target: 'es2022',
    types: ['node'],
    noEmit: true,
  },
  'exact optional properties': {
    skipLibCheck: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    noEmit: true,
  },
}

test.each(Object.entries(compilers))("a user's file type-checks: %s", (_name, compilerOptions) => {
  project.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  // TensorFlow.js's own declarations have errors when they are checked.
  const own = compile().filter((line) => /^(\S*vitest-recipe|user\.test|vitest\.config)/.test(line))
  expect(own).toEqual([])
})

test('an error in it is found', () => {
  project.write('wrong.test.ts', "import { expect } from 'vitest-recipe'\nexpect(1).toOverfitBatch(2)\n")
  expect(compile().join()).toContain("wrong.test.ts(2,26): error TS2345: Argument of type 'number'")
})

/** The errors the compiler prints. */
function compile(): string[] {
  const compiler = 'node_modules/typescript/bin/tsc'
  const options = { cwd: project.path, encoding: 'utf8' } as const
  return spawnSync(process.execPath, [compiler, '-p', '.'], options).stdout.split('\n')
}
