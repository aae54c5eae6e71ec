import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checksOf } from '../../src/recipe/applicable-checks.js'

const page = readFileSync(join(import.meta.dirname, '../../docs/describe-recipe.md'), 'utf8')
const rowsOfTable = (heading: string): string[] => {
  const [, table = ''] =
    page.match(new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'm')) ?? []
  return [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name!)
}

// Names and order do not depend on the program, which is never created.
const { checks } = checksOf({
  create: () => {
    throw new Error('listing the checks creates no program')
  },
  train: () => {
    throw new Error('listing the checks loads no data')
  },
})

const stages = ['data', 'skeleton', 'overfit', 'regularize', 'tune', 'squeeze'] as const

test.each(stages)('the page lists the checks of the %s stage in their order', (stage) => {
  expect(rowsOfTable(stage)).toEqual(checks.filter((check) => check.stage === stage).map(({ name }) => name))
})

test('the stages come in the order of the recipe', () => {
  expect(stages.flatMap(rowsOfTable)).toEqual(checks.map(({ name }) => name))
})

test('the page names what a check without validation examples is skipped for', () => {
  const needValidation = checks.filter(({ missing }) => missing === 'the recipe has no validation examples')
  const [, listed = ''] = page.match(/`validation`\sfor\s([^;]+);/) ?? []
  expect([...listed.matchAll(/`([\w-]+)`/g)].map(([, name]) => name)).toEqual(
    needValidation.map(({ name }) => name),
  )
})
