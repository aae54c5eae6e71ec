import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOfMocks } from '../../src/memo/mocks.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mocks-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function digest(...texts: string[]): string | undefined {
  const files = texts.map((_, i) => join(folder, `${i}.ts`))
  for (const [i, text] of texts.entries()) writeFileSync(files[i]!, text)
  return digestOfMocks(files)
}

test('files without mocks are as good as each other', () => {
  expect(digest(`import { test } from 'vitest'`, 'vi.useFakeTimers()')).toBeUndefined()
})

test.each(["vi.mock('./settings.js')", "vi.spyOn(settings, 'rate')", "vi\n  .stubEnv('RATE', '0.1')"])(
  '%s counts with all that its file says',
  (text) => {
    const found = digest(text)
    expect(found).toBeDefined()
    expect(digest(`${text} // other`)).not.toBe(found)
    expect(digest('export {}', text)).toBe(found)
  },
)
