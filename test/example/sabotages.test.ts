import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

interface Sabotage {
  name: string
  files: Record<string, Array<[before: string, after: string]>>
  expectedCauses: string[]
}

const root = join(import.meta.dirname, '../..')
const { sabotages } = (await import(pathToFileURL(join(root, 'scripts/example/sabotages.mjs')).href)) as {
  sabotages: Sabotage[]
}

const replacements = sabotages.flatMap(({ name, files }) =>
  Object.entries(files).flatMap(([file, pairs]) => pairs.map(([before]) => ({ name, file, before }))),
)

test.each(replacements)('$name: $file of the example has the text to replace', ({ file, before }) => {
  expect(readFileSync(join(root, 'examples/mnist', file), 'utf8')).toContain(before)
})
