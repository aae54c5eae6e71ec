import { createHash } from 'node:crypto'
import { readCode } from '../imports.js'

const mocking = /\b(?:vi|vitest)\s*\.\s*(?:mock|doMock|spyOn|stubEnv|stubGlobal|replaceProperty)\b/

/**
 * A digest of the files, test and setup, that replace modules, functions or variables behind the back of the code that uses
 * them; undefined where none does. What is trained there is another training than elsewhere.
 */
export function digestOfMocks(files: readonly string[]): string | undefined {
  const texts = files.map((file) => readCode(file) ?? '').filter((text) => mocking.test(text))
  return texts.length === 0 ? undefined : createHash('sha256').update(texts.join('\n')).digest('hex')
}
