import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const workflow = readFileSync(join(root, 'docs/workflows/recipe.yml'), 'utf8')

test('every command of the workflow is one that the documents explain', () => {
  const commands = [...workflow.matchAll(/- run: (.+)/g)].map(([, command]) => command!)
  expect(commands).toEqual([
    'npm ci --ignore-scripts',
    'npx vitest-recipe install-tensorflow',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the workflow's own syntax
    'npx vitest run --shard=${{ matrix.shard }}/2 --reporter=default --reporter=blob',
    'npm ci --ignore-scripts',
    'npx vitest run --merge-reports',
  ])
  const page = readFileSync(join(root, 'docs/ci.md'), 'utf8')
  for (const part of ['npm ci --ignore-scripts', 'install-tensorflow', '--merge-reports', 'archive: false'])
    expect(page).toContain(part)
})

test('the paths are those that are written', () => {
  expect(workflow).toContain('path: recipe-report/index.html')
  expect(workflow).toContain('path: ~/.cache/vitest-recipe')
})

test('it is indented by spaces, two a level', () => {
  for (const line of workflow.split('\n')) expect(line).toMatch(/^( {2})*[^\s].*$|^$/)
})
