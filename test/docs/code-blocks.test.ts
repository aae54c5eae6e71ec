import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

const documents = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
/** Code blocks whose first line names a file: of the examples, or of this folder. */
const blocks = ['README.md', ...documents.map((name) => `docs/${name}`)].flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms)].map(
    ([, path, code]) => ({ file, path: path!, code: code! }),
  ),
)

test('the documents show files', () => {
  expect(blocks.length).toBeGreaterThan(4)
})

test.each(blocks)('$file: $path is the file that is tested', ({ path, code }) => {
  expect(code.trim()).toBe(fileNamed(path))
})

/** The file as a user would write it: importing the package by name. */
function fileNamed(path: string): string {
  const file = path.startsWith('examples/') ? join(root, path) : join(import.meta.dirname, path)
  const text = readFileSync(file, 'utf8')
  return text
    .replaceAll("'../../src/index.js'", "'vitest-recipe'")
    .replaceAll(/(from '\.\/[^']+)\.js'/g, "$1'")
    .trim()
}
